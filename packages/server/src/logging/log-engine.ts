import type { EngineEvent } from '@calque/engine';
import type { ServerLog } from './server-log.ts';

/** Writes down what the engine of a model and its child processes do. */
export function logEngine(log: ServerLog, model: string, event: EngineEvent): void {
  const { kind, ...facts } = event;
  const requestIds =
    'requestIds' in event && event.requestIds.length === 1 ? { requestId: event.requestIds[0] } : {};
  log[levelOf(event)]({ event: kind, ...facts, ...requestIds, model, ...answeredBy(event) }, sayingOf(event));
}

/** The model that the line is about is the one that was asked for. */
function answeredBy(event: EngineEvent): { answeredBy?: string } {
  return event.kind === 'memory-step' ? { answeredBy: event.model } : {};
}

function levelOf(event: EngineEvent): 'debug' | 'info' | 'warn' {
  switch (event.kind) {
    case 'child-started':
      return event.again ? 'warn' : 'info';
    case 'child-ended':
      return event.why === 'lost' ? 'warn' : 'debug';
    case 'child-said':
      return 'warn';
    case 'memory-step':
      return 'warn';
    case 'child-call':
      // A decode is told by its answer already; loading and encoding take long and are rare.
      return event.code !== null ? 'warn' : /^(load|encode)$/.test(event.call) ? 'info' : 'debug';
  }
}

function sayingOf(event: EngineEvent): string {
  switch (event.kind) {
    case 'child-started':
      return `the ${event.role} process has started${event.again ? ' again' : ''}`;
    case 'child-ended':
      return `the ${event.role} process has ended (${event.how}, ${event.why})`;
    case 'child-said':
      return `the ${event.role} process said something`;
    case 'memory-step':
      return event.step === 'climbed'
        ? 'everything is as was asked for again'
        : `out of memory: ${event.step}`;
    case 'child-call':
      return `the ${event.role} process has answered ${event.call}`;
  }
}
