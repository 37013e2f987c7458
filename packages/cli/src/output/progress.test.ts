import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutputStream } from '../context.ts';
import { CliHarness } from '../testing/cli-harness.ts';

/** What stays on a terminal that knows the few controls a progress bar uses. */
class Terminal {
  readonly lines: string[] = [''];
  #column = 0;

  stream(): OutputStream {
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#print(chunk.toString('utf8'));
        done();
      },
    });
    return Object.assign(stream, { isTTY: true, columns: 120 });
  }

  #print(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told what to do by them
    for (const [token] of text.matchAll(/\u001B\[\??([\d;]*)([A-Za-z])|[\s\S]/g)) this.#take(token);
  }

  #take(token: string): void {
    const at = this.lines.length - 1;
    const line = this.lines[at] ?? '';
    if (token === '\n') {
      this.lines.push('');
      this.#column = 0;
    } else if (token === '\r' || /\[[01]?G$/.test(token)) this.#column = 0;
    else if (/\[0?[KJ]$/.test(token)) this.lines[at] = line.slice(0, this.#column);
    else if (token.length === 1) {
      this.lines[at] =
        line.slice(0, this.#column).padEnd(this.#column) + token + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }
}

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
  await calque.image('a.png');
});

afterEach(async () => {
  await calque.remove();
});

const click = (x: number): string =>
  JSON.stringify({ image: 'a.png', points: [{ x, y: 5, label: 'foreground' }] });

describe('rows and progress on one terminal', () => {
  test('every row is a line of its own, and no bar is left', async () => {
    const xs = [1, 2, 3, 4, 5, 6];
    await calque.file('p.jsonl', [...xs.map(click), '{"image": 3}'].join('\n'));
    const terminal = new Terminal();
    const context = { stdout: terminal.stream(), stderr: terminal.stream() };
    await calque.run(['segment', '--prompts', 'p.jsonl', '--out', 'out'], { context });
    const lines = terminal.lines.map((line) => line.trimEnd());
    expect(lines.filter((line) => line.startsWith('a.png'))).toHaveLength(xs.length);
    expect(lines.filter((line) => /[█░]/.test(line))).toEqual([]);
    for (const line of lines) {
      expect(line).toMatch(
        /^(a\.png {2}\+\d,5 .*\d|image {2}prompt .*ms|-[- ]+-|line 7: .*|written: .*|calque: .*|)$/,
      );
    }
  });

  test('merged into one file, every line is a row or a line of progress', async () => {
    await calque.file('p.jsonl', [1, 2, 3].map(click).join('\n'));
    const terminal = new Terminal();
    const stream = Object.assign(terminal.stream(), { isTTY: false });
    let nowMs = 0;
    const now = (): Date => {
      nowMs += 6000;
      return new Date(nowMs);
    };
    await calque.run(['segment', '--prompts', 'p.jsonl', '--out', 'out'], {
      context: { stdout: stream, stderr: stream, now },
    });
    const lines = terminal.lines.filter((line) =>
      /^(segment \d+% {2}\d of 3 {2}a\.png|a\.png {2}\+)/.test(line),
    );
    expect(lines).toHaveLength(6);
    expect(terminal.lines).toHaveLength(lines.length + 4);
  });
});
