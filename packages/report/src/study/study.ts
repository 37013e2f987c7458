import type { BoxXyxy, Decision, PromptPoint, RejectReason, Size } from '@calque/core';

/**
 * Everything that was recorded about a folder of images, as plain data: what a report is made of. Coordinates are pixels of
 * the oriented images. Pictures are not in it: figures ask for them by {@link PictureRequest}.
 */
export interface Study {
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly software: { readonly name: string; readonly version: string };
  readonly dataset: StudyDataset;
  /** Null where nobody looked at the machine. */
  readonly environment: StudyEnvironment | null;
  readonly images: readonly StudyImage[];
  /** In the order of the images, then as the interface lists them. */
  readonly objects: readonly StudyObject[];
  readonly comparisons: readonly StudyComparison[];
  readonly sensitivities: readonly StudySensitivity[];
  /** Every recorded answer, oldest first. */
  readonly answers: readonly StudyAnswer[];
  readonly decisions: readonly StudyDecision[];
  /** Names of pictures of the workbench that somebody saved. */
  readonly captures: readonly StudyCapture[];
}

export interface StudyDataset {
  readonly name: string;
  readonly folder: string;
}

export interface StudyEnvironment {
  /** `Linux 6.1`, for example. */
  readonly system: string;
  readonly versions: {
    readonly calque: string;
    readonly node: string;
    readonly onnxruntime: string | null;
    readonly sharp: string | null;
  };
  readonly processor: {
    readonly model: string;
    readonly architecture: string;
    readonly physicalCores: number;
    readonly logicalCores: number;
  };
  readonly memory: { readonly totalBytes: number; readonly limitBytes: number | null };
  /** Execution providers that were tried, not merely listed. */
  readonly providers: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly reason: string | null;
  }[];
  readonly models: readonly StudyModel[];
  readonly quickTest: QuickTest | null;
  readonly slurm: SlurmJob | null;
  readonly access: Access | null;
  readonly problems: readonly string[];
}

export interface StudyModel {
  readonly id: string;
  readonly isDefault: boolean;
  readonly installed: boolean;
  readonly description: string;
  readonly licence: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly sizeBytes: number }[];
  /** Which published checkpoint it was made of, if any. */
  readonly checkpoint: string | null;
}

/** One mask of an image whose mask is known, and what it took. */
export interface QuickTest {
  readonly image: string;
  readonly imageSize: Size;
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  readonly box: BoxXyxy;
  readonly maskSize: Size;
  readonly score: number;
  readonly areaPx: number;
  /** With the known mask. */
  readonly iou: number;
  readonly leastIou: number;
  readonly timingsMs: { readonly load: number; readonly encode: number; readonly decode: number };
}

export interface SlurmJob {
  readonly id: string;
  readonly name: string | null;
  readonly partition: string | null;
  readonly node: string | null;
  readonly cpus: string | null;
  readonly gpus: string | null;
  readonly memory: string | null;
}

export interface Access {
  readonly host: string;
  readonly port: number;
  /** `ssh -L …`, to be run on the other machine. */
  readonly tunnel: string;
  /** Whether a server answered there when the report was made. */
  readonly answered: boolean;
}

export interface StudyImage {
  readonly id: string;
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly size: Size | null;
  readonly sizeBytes: number;
  readonly format: string | null;
  readonly state: 'unseen' | 'in-work' | 'accepted' | 'rejected';
  readonly problem: string | null;
  /** `simple`, `crowded`, `hard` and a person's own. */
  readonly tags: readonly string[];
}

export interface StudyObject {
  readonly id: string;
  readonly imageId: string;
  /** As the interface calls it. */
  readonly name: string;
  readonly label: string | null;
  readonly status: 'unreviewed' | 'accepted' | 'rejected';
  readonly reason: RejectReason | null;
  readonly note: string;
  /** Null where no answer to its prompt was recorded and nothing was painted. */
  readonly state: ObjectState | null;
}

/** An object at one time of its history. */
export interface ObjectState {
  readonly revision: string;
  readonly prompt: { readonly box: BoxXyxy | null; readonly points: readonly PromptPoint[] };
  /** A person painted over the answer, or imported the mask. */
  readonly edited: boolean;
  readonly mask: StudyMeasures;
  /** The answer that the mask came from; null for an imported mask. */
  readonly answer: StudyAnswer | null;
  /** Index of the candidate that was chosen. */
  readonly candidate: number | null;
  /** Of the record that replays the answer; null where no model made the mask. */
  readonly recordName: string | null;
}

export interface StudyMeasures {
  readonly areaPx: number;
  readonly perimeterPx: number;
  readonly box: BoxXyxy | null;
}

/** A recorded prediction. */
export interface StudyAnswer {
  readonly id: string;
  readonly key: string;
  readonly imageId: string;
  readonly model: string;
  /** Equal for the same prompt on the same image, whatever the model. */
  readonly question: string;
  readonly box: BoxXyxy | null;
  readonly candidates: readonly {
    readonly score: number;
    readonly stability: number;
    readonly areaPx: number;
  }[];
  readonly best: number;
  readonly where: 'server' | 'browser';
  readonly provider: string;
  readonly cache: 'memory' | 'disk' | 'miss';
  readonly timingsMs: Readonly<Record<Stage, number>>;
  readonly createdAt: string;
}

export const STAGES = [
  'queue',
  'read',
  'preprocess',
  'encode',
  'decode',
  'postprocess',
  'measure',
  'total',
] as const;
export type Stage = (typeof STAGES)[number];

/** The mask of a box, or of fewer points, and what points made of it. */
export interface StudyComparison {
  readonly objectId: string;
  readonly before: ObjectState;
  readonly after: ObjectState;
  readonly iou: number;
  readonly keptPx: number;
  readonly gainedPx: number;
  readonly lostPx: number;
}

/** A recorded measurement of box sensitivity. */
export interface StudySensitivity {
  readonly id: string;
  readonly imageId: string;
  readonly objectId: string;
  readonly outcomes: readonly {
    readonly kind: 'unchanged' | 'grown' | 'shrunk' | 'shifted-x' | 'shifted-y';
    readonly change: number;
    readonly box: BoxXyxy;
    readonly score: number;
    readonly areaPx: number;
    readonly iou: number;
  }[];
  readonly meanIou: number;
  readonly minIou: number;
  readonly areaSdPx: number;
  readonly unstableShare: number;
  readonly steadyChange: number;
  readonly finding: string;
  readonly createdAt: string;
}

export interface StudyDecision
  extends Pick<Decision, 'kind' | 'annotationId' | 'reason' | 'at' | 'takenBack'> {
  readonly imageId: string;
}

export interface StudyCapture {
  readonly name: string;
  readonly at: string;
}
