import { formatBytes, formatMs } from '../output/format-values.ts';
import { printableText } from '../printable-text.ts';
import type { CheckedModel, DoctorReport, Finding } from './examine.ts';

export function doctorText(report: DoctorReport): string {
  const { versions, processor, memory, disk } = report;
  const features = processor.features.length === 0 ? '' : ` (${processor.features.join(' ')})`;
  const limit = memory.limitBytes === null ? '' : `, limited to ${formatBytes(memory.limitBytes)}`;
  const free = disk.freeBytes === null ? 'unknown' : formatBytes(disk.freeBytes);
  return [
    `calque       ${versions.calque}, node ${versions.node}, onnxruntime ${versions.onnxruntime ?? 'missing'}, sharp ${versions.sharp ?? 'missing'}, libvips ${versions.libvips ?? 'missing'}`,
    `processor    ${processor.model}, ${processor.physicalCores} cores, ${processor.logicalCores} threads, ${processor.architecture}${features}`,
    `memory       ${formatBytes(memory.totalBytes)}, ${formatBytes(memory.freeBytes)} free${limit}`,
    `disk         ${free} free at ${disk.folder}`,
    ...report.models.map(modelLine),
    ...engineLines(report),
    selfTestLine(report),
    '',
    ...report.warnings.map((finding) => findingLine('warning', finding)),
    ...report.problems.map((finding) => findingLine('problem', finding)),
    ...(report.ok ? ['everything is in order'] : []),
    '',
  ]
    .map(printableText)
    .join('\n');
}

function modelLine({ id, isDefault, state, files }: CheckedModel): string {
  const verified = state === 'installed' ? `, ${files.length} files verified` : '';
  return `model        ${id}${isDefault ? ' (default)' : ''}: ${state}${verified}`;
}

function engineLines({ engine }: DoctorReport): string[] {
  if (engine === null) return [];
  return engine.providers.map(({ name, ok, reason }) => {
    const threads = name === 'cpu' ? ` with ${engine.threads} threads` : '';
    return `provider     ${name}: ${ok ? `ran ${engine.model}${threads}` : `passed over (${firstLine(reason)})`}`;
  });
}

function selfTestLine({ selfTest }: DoctorReport): string {
  if (selfTest === null) return 'self-test    not run';
  const { iou, leastIou, ok, timingsMs } = selfTest;
  const times = `load ${formatMs(timingsMs.load)} ms, encode ${formatMs(timingsMs.encode)} ms, decode ${formatMs(timingsMs.decode)} ms`;
  return `self-test    ${ok ? 'passed' : 'FAILED'}: IoU ${iou.toFixed(3)} with the known mask (expected ${leastIou} or more); ${times}`;
}

function findingLine(kind: string, { what, remedy }: Finding): string {
  return `${kind}: ${what}. ${remedy}`;
}

function firstLine(text: string | undefined): string {
  return text?.split('\n', 1)[0] ?? 'no reason given';
}
