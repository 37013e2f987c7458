import { readFile, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { physicalCores } from '@calque/engine/node';
import { errnoOf } from '../errors.ts';
import { SOFTWARE } from '../version.ts';

export interface Versions {
  readonly calque: string;
  readonly node: string;
  /** Null: not installed, or so that it cannot be found. */
  readonly onnxruntime: string | null;
  readonly sharp: string | null;
  readonly libvips: string | null;
}

export async function versions(): Promise<Versions> {
  const images = await import('sharp').then(
    (module) => module.default.versions,
    () => null,
  );
  return {
    calque: SOFTWARE.version,
    node: process.versions.node,
    onnxruntime: await packageVersion('onnxruntime-node'),
    sharp: images?.sharp ?? null,
    libvips: images?.vips ?? null,
  };
}

async function packageVersion(name: string): Promise<string | null> {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { readonly version: string };
    return version;
  } catch {
    return null;
  }
}

export interface Processor {
  readonly model: string;
  readonly architecture: string;
  readonly logicalCores: number;
  readonly physicalCores: number;
  /** Vector instructions, as far as the system tells them. */
  readonly features: readonly string[];
}

const TELLING_FEATURES =
  /^(sse4_2|avx|avx2|fma|f16c|avx512(f|bw|vl|_vnni|_bf16)|avx_vnni|amx_\w+|asimd|asimddp|sve|i8mm|bf16)$/;

export async function processor(): Promise<Processor> {
  const cores = os.cpus();
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  return {
    model: cores[0]?.model.trim() || 'unknown',
    architecture: process.arch,
    logicalCores: os.availableParallelism(),
    physicalCores: physicalCores(),
    features: flags.split(/\s+/).filter((flag) => TELLING_FEATURES.test(flag)),
  };
}

export interface Memory {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** Of the container or control group; null: none. */
  readonly limitBytes: number | null;
}

export function memory(): Memory {
  const totalBytes = os.totalmem();
  const limit = process.constrainedMemory();
  return { totalBytes, freeBytes: os.freemem(), limitBytes: limit > 0 && limit < totalBytes ? limit : null };
}

export interface Disk {
  readonly folder: string;
  readonly freeBytes: number | null;
}

/** Free space where a folder is, or would be. */
export async function disk(folder: string): Promise<Disk> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize };
  } catch (error) {
    const parent = path.dirname(folder);
    if (errnoOf(error) !== 'ENOENT' || parent === folder) return { folder, freeBytes: null };
    return { folder, freeBytes: (await disk(parent)).freeBytes };
  }
}
