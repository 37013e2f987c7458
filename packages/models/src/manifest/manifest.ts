import type { Size } from '@calque/core';

/** What a model is, as data: where its files come from, how its input is made, under which licence. */
export interface ModelManifest {
  /** Lower-case, digits, dots and dashes; the name on the command line and of the folder in the store. */
  readonly id: string;
  readonly family: ModelFamily;
  /** Whose names and shapes the two graphs have. Default `published`. */
  readonly interface?: ModelInterface;
  /** Architecture within the family, e.g. `hiera-tiny`. */
  readonly variant: string;
  readonly description: string;
  readonly licence: ModelLicence;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
  readonly input: InputSpec;
  /** Tried in order; every source provides all files. Empty for a model that was imported. */
  readonly sources: readonly ModelSource[];
  /** What a model was made from on this machine. */
  readonly imported?: ImportFacts;
}

/** SAM 1 (and what copies its interface, e.g. MobileSAM) or SAM 2 and 2.1. */
export type ModelFamily = 'sam1' | 'sam2';

/**
 * `published`: as the official export and the built-in models. `calque`: graphs that Calque writes from a checkpoint.
 * `transformers`: as the library of that name exports. Source: docs/models.md.
 */
export type ModelInterface = 'published' | 'calque' | 'transformers';

export interface ImportFacts {
  /** Names, without folders, and contents of the files that were given. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[];
  /** `as-is` for ONNX files, which are not changed. */
  readonly precision: 'fp32' | 'fp16' | 'int8' | 'as-is';
}

export interface ModelLicence {
  /** SPDX identifier. */
  readonly spdx: string;
  /** Who made the weights and where they were published. */
  readonly origin: string;
  /** What is known about how the licence was stated. */
  readonly note?: string;
}

export interface ModelFile {
  /** Name in the store. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /**
   * The file is not what the source holds but derived from it once, at install (docs/decisions); `sizeBytes` and
   * `sha256` above are of the derived file, these of the source's.
   */
  readonly derivedFrom?: {
    readonly name: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    readonly transform: 'expose-sam1-candidates';
  };
  /** What inputs and outputs are called in the file, by their name in the model's interface, where that differs. */
  readonly names?: Readonly<Record<string, string>>;
  /** The file with the weights of a graph that is too large for one file; it lies beside it. */
  readonly weights?: { readonly name: string; readonly sizeBytes: number; readonly sha256: string };
}

/** How pixels become the encoder's input tensor. */
export interface InputSpec {
  /** The square (or rectangle) that the encoder sees. */
  readonly size: Size;
  /**
   * `pad`: scale the longest side to `size`, keep the aspect, pad right and bottom with zeros after normalisation (SAM 1).
   * `squash`: scale each axis by itself (SAM 2).
   */
  readonly fit: 'pad' | 'squash';
  /** Per channel in `channelOrder`; normalised = (value * scale - mean) / std, value in 0 … 255. */
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly channelOrder: 'rgb' | 'bgr';
  /** Side of the low-resolution logits and of a mask prompt. */
  readonly logits: Size;
}

export type ModelSource =
  | {
      readonly kind: 'npm';
      /** Package name and exact version. */
      readonly package: string;
      readonly version: string;
      /** Where each file lies in the package, by the name of the file in the source. */
      readonly paths: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'https'; readonly urls: Readonly<Record<string, string>> };
