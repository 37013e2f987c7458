import { expose } from 'comlink';
import type { LoadArgs } from './decoder-calls.ts';
import { loadWebSession, type WebRuntime } from './web-session.ts';
import { createWorkerDecoder } from './worker-decoder.ts';

/** Addresses of the runtime's own files; they are served with the page, nothing comes from elsewhere. */
const wasmFiles = {
  mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
  wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
};
const graphicsFiles = {
  mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url),
  wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
};

function prepare(runtime: WebRuntime, files: typeof wasmFiles, threads: number): void {
  runtime.env.wasm.wasmPaths = { mjs: files.mjs.href, wasm: files.wasm.href };
  runtime.env.wasm.numThreads = threads;
}

async function loadWasm({ model, names, threads }: LoadArgs) {
  const runtime = await import('onnxruntime-web/wasm');
  prepare(runtime, wasmFiles, threads);
  return loadWebSession(runtime, 'wasm', { model, names });
}

async function loadGraphics({ model, names }: LoadArgs) {
  await requireGraphics();
  const runtime = await import('onnxruntime-web/webgpu');
  prepare(runtime, graphicsFiles, 1);
  return loadWebSession(runtime, 'webgpu', { model, names });
}

/** The part of WebGPU that is asked here. */
interface Graphics {
  requestAdapter(): Promise<{
    readonly isFallbackAdapter?: boolean;
    readonly info?: { readonly isFallbackAdapter?: boolean };
  } | null>;
}

/** Asked first, since the runtime with WebGPU is 27 MB. */
async function requireGraphics(): Promise<void> {
  const { gpu } = navigator as { readonly gpu?: Graphics };
  const adapter = (await gpu?.requestAdapter()) ?? null;
  if (adapter === null) throw new Error('this browser offers no WebGPU');
  if (adapter.isFallbackAdapter === true || adapter.info?.isFallbackAdapter === true) {
    throw new Error('WebGPU is only emulated here');
  }
}

expose(createWorkerDecoder({ wasm: loadWasm, graphics: loadGraphics }));
