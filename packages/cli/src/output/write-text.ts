import type { OutputStream } from '../context.ts';

/** Writes and waits until the stream takes more, so that a slow reader slows the work down and not the memory up. */
export async function writeText(stream: OutputStream, text: string, signal?: AbortSignal): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      stream.removeListener('drain', go);
      stream.removeListener('close', go);
      signal?.removeEventListener('abort', go);
      resolve();
    };
    stream.on('drain', go);
    stream.on('close', go);
    signal?.addEventListener('abort', go);
  });
}
