import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { TypstFiles } from '@calque/report';
import { reportNotTypeset } from '../errors.ts';

/**
 * What the thread runs: the compiler, whose call blocks until the pages are set, away from those who wait for answers. It is a
 * text, so that a bundle needs no further file.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { NodeCompiler } = require(workerData.compiler);
const compiler = NodeCompiler.create({ workspace: workerData.workspace });
for (const [name, data] of workerData.files) compiler.mapShadow(workerData.workspace + '/' + name, Buffer.from(data));
const result = compiler.compile({ mainFileContent: workerData.main });
const document = result.result;
if (document === null || document === undefined) {
  const error = result.takeError();
  const said = error === null ? [] : error.shortDiagnostics;
  parentPort.postMessage({ problem: JSON.stringify(said).slice(0, 2000) });
} else {
  const pdf = compiler.pdf(document, { creationTimestamp: workerData.timestampS });
  parentPort.postMessage({ pdf: new Uint8Array(pdf) });
}
`;

export interface TypesetOptions {
  /** Goes into the file's properties. */
  readonly madeAt: Date;
  readonly signal: AbortSignal;
}

/**
 * Sets a report as PDF, with the fonts that the compiler brings along.
 *
 * @throws `report-not-typeset`, and the signal's reason when it is aborted.
 */
export async function typesetPdf(
  { main, files }: TypstFiles,
  { madeAt, signal }: TypesetOptions,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {
      compiler: createRequire(import.meta.url).resolve('@myriaddreamin/typst-ts-node-compiler'),
      // Nothing is read from it: every file lies in memory.
      workspace: process.platform === 'win32' ? 'C:/calque-report' : '/calque-report',
      main,
      files: [...files],
      timestampS: Math.floor(madeAt.getTime() / 1000),
    },
  });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      worker.once('message', ({ pdf, problem }: { readonly pdf?: Uint8Array; readonly problem?: string }) => {
        if (pdf === undefined) reject(reportNotTypeset(problem ?? 'it said nothing'));
        else resolve(pdf);
      });
      worker.once('error', (error: Error) => reject(reportNotTypeset(error.message)));
      worker.once('exit', (code) => reject(reportNotTypeset(`it ended with code ${code}`)));
    });
  } finally {
    await worker.terminate();
  }
}
