import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { OutFile } from './format-files.ts';

/** A zip of the files, made while it is read. An error of theirs destroys the stream. */
export function zipOf(files: AsyncIterable<OutFile>): Readable {
  const zip = new ZipFile();
  const stream = zip.outputStream as Readable;
  addAll(zip, files).catch((error: unknown) =>
    stream.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return stream;
}

async function addAll(zip: ZipFile, files: AsyncIterable<OutFile>): Promise<void> {
  for await (const { path, content } of files) {
    const isPacked = path.endsWith('.png');
    zip.addBuffer(Buffer.from(content as Uint8Array), path, { compress: !isPacked });
  }
  zip.end();
}
