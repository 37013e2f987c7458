import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';

/** Asked for twice without an echo on a terminal, else the first line of standard input: never an argument, which others can see. */
export async function readPassword({ stdin, stderr }: CliContext, name: string): Promise<string> {
  const isTerminal = (stdin as NodeJS.ReadStream).isTTY === true;
  const lines = linesOf(stdin, isTerminal);
  try {
    if (!isTerminal) return required(await lines.next());
    stderr.write(`Password of ${name}: `);
    const first = required(await lines.next());
    stderr.write('\nThe same again: ');
    const second = required(await lines.next());
    stderr.write('\n');
    if (first !== second) throw usageInvalid('the two passwords differ', 'the same one twice');
    return first;
  } finally {
    lines.close();
  }
}

function required(line: string | null): string {
  if (line === null || line === '') throw usageInvalid('no password was given', 'one on standard input');
  return line;
}

/** `output` is where readline would echo to: nowhere. */
function linesOf(
  input: NodeJS.ReadableStream,
  terminal: boolean,
): { next(): Promise<string | null>; close(): void } {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output, terminal });
  const iterator = reader[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await iterator.next();
      return done === true ? null : value;
    },
    close: () => reader.close(),
  };
}
