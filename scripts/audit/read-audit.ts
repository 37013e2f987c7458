/** What `npm audit --json` came to. */
export type AuditOutcome =
  | { readonly kind: 'clear'; readonly dependencies: number; readonly lesser: readonly Vulnerability[] }
  | {
      readonly kind: 'vulnerable';
      readonly severe: readonly Vulnerability[];
      readonly lesser: readonly Vulnerability[];
    }
  /** Nothing is known: the registry has no such endpoint, or did not answer. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  /** Versions that have it. */
  readonly range: string;
  readonly title: string;
}

const SEVERE = new Set(['high', 'critical']);

/** Reads what `npm audit --json` printed (report version 2), whatever it printed. */
export function readAudit(stdout: string, stderr: string): AuditOutcome {
  const report = parsed(stdout);
  const vulnerabilities = report?.['vulnerabilities'];
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    return { kind: 'unknown', reason: reasonIn(report, stderr) };
  }
  const all = Object.values(vulnerabilities as Readonly<Record<string, Reported>>).map(vulnerabilityOf);
  const severe = all.filter(({ severity }) => SEVERE.has(severity));
  const lesser = all.filter(({ severity }) => !SEVERE.has(severity));
  if (severe.length > 0) return { kind: 'vulnerable', severe, lesser };
  return { kind: 'clear', dependencies: dependenciesIn(report), lesser };
}

interface Reported {
  readonly name?: unknown;
  readonly severity?: unknown;
  readonly range?: unknown;
  readonly via?: unknown;
}

/** `via` names advisories, or packages that the advisory came through. */
function vulnerabilityOf({ name, severity, range, via }: Reported): Vulnerability {
  const causes = Array.isArray(via) ? (via as readonly unknown[]) : [];
  const titles = causes.map((cause) =>
    typeof cause === 'string'
      ? `through ${cause}`
      : String((cause as { title?: unknown } | null)?.title ?? ''),
  );
  return {
    name: String(name),
    // One that says nothing of how severe it is counts as severe.
    severity: typeof severity === 'string' ? severity : 'critical',
    range: String(range ?? ''),
    title: titles.filter((title) => title !== '').join('; '),
  };
}

function dependenciesIn(report: Readonly<Record<string, unknown>> | null): number {
  const { dependencies } = (report?.['metadata'] ?? {}) as { dependencies?: { prod?: unknown } };
  return typeof dependencies?.prod === 'number' ? dependencies.prod : 0;
}

function reasonIn(report: Readonly<Record<string, unknown>> | null, stderr: string): string {
  const error = report?.['error'] as { summary?: unknown; code?: unknown } | undefined;
  const said = [error?.code, error?.summary, report?.['message']].filter(
    (part): part is string => typeof part === 'string' && part !== '',
  );
  const [line] = stderr.split('\n').filter((text) => /npm (error|warn)/i.test(text));
  const reason = said.length > 0 ? said.join(': ') : (line ?? 'npm printed no report');
  // Addresses are of no use to a reader, and may hold credentials.
  return reason.replaceAll(/https?:\/\/\S+/g, 'the registry').slice(0, 300);
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // What is no JSON is no report: the reason is looked for elsewhere.
    return null;
  }
}

/** What a person reads, and whether it lets pass. */
export function auditText(outcome: AuditOutcome): { readonly text: string; readonly passes: boolean } {
  switch (outcome.kind) {
    case 'clear': {
      const also = outcome.lesser.length === 0 ? '' : `\n${linesOf(outcome.lesser)}`;
      const counted =
        outcome.dependencies === 0
          ? 'the runtime dependencies'
          : `${outcome.dependencies} runtime dependencies`;
      return { text: `audit: no known high or critical vulnerability in ${counted}${also}`, passes: true };
    }
    case 'vulnerable': {
      const text = `audit: ${outcome.severe.length} known high or critical vulnerabilities in runtime dependencies\n${linesOf([...outcome.severe, ...outcome.lesser])}`;
      return { text, passes: false };
    }
    case 'unknown':
      return {
        text: `audit: not done, nothing is known about vulnerabilities: ${outcome.reason}`,
        passes: true,
      };
  }
}

function linesOf(vulnerabilities: readonly Vulnerability[]): string {
  return vulnerabilities
    .map(({ severity, name, range, title }) => `  ${severity}: ${name} ${range}: ${title}`)
    .join('\n');
}
