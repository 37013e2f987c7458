import type { Generated } from 'kysely';

/** The columns as the newest migration leaves them. JSON is text, times are ISO 8601. */
export interface Tables {
  readonly images: {
    id: string;
    path: string;
    path_key: string;
    size_bytes: number;
    modified_ms: number;
    width: number | null;
    height: number | null;
    format: string | null;
    orientation: number | null;
    sha256: string | null;
    annotated_sha256: string | null;
    problem: string | null;
    /** Index into STATES, so that they sort as people work. */
    state: number;
    annotation_count: number;
    unreviewed_count: number;
    /** What image_tags has of it, as JSON of ImageTags. */
    tags: string;
    contrast: number | null;
    edge_density: number | null;
    /** Lowest of the scores of the annotations that are there. */
    lowest_score: number | null;
  };
  /** `kind`: `set`, or `refused`: suggested, and not wanted. */
  readonly image_tags: { tag: string; image_id: string; kind: string };
  /** What is counted of annotations; `present` 0 where one was deleted. */
  readonly annotation_facts: {
    image_id: string;
    annotation_id: string;
    label_id: string | null;
    score: number | null;
    area_ratio: number | null;
    present: number;
  };
  readonly entries: { image_id: string; seq: number; id: string; entry: string };
  readonly decisions: {
    number: Generated<number>;
    image_id: string;
    entry_id: string;
    annotation_id: string;
    kind: string;
    at: string;
    author: string;
    reason: string | null;
    note: string;
    mask_id: string | null;
    taken_back: number;
    /** Of what the model answered; null where there was no answer, and of decisions older than the column. */
    score: number | null;
    stability: number | null;
    painted: number | null;
  };
  readonly audit: {
    number: Generated<number>;
    at: string;
    person: string;
    request_id: string | null;
    image_id: string;
    path: string;
    annotation_id: string;
    entry_id: string;
    kind: string;
    reason: string | null;
  };
  readonly predictions: {
    number: Generated<number>;
    id: string;
    image_id: string;
    key: string;
    image_sha256: string;
    model: string;
    prompt: string;
    candidates: string;
    best: number;
    ran_in: string;
    provider: string;
    cache: string;
    timings_ms: string;
    annotation_id: string | null;
    created_at: string;
  };
  readonly sensitivities: {
    number: Generated<number>;
    id: string;
    image_id: string;
    annotation_id: string;
    record: string;
  };
  readonly masks: { id: string; height: number; width: number; counts: string; created_at: string };
  readonly labels: { id: string; name: string; color: string; place: number };
  readonly settings: { key: string; value: string };
}

export const STATES = ['unseen', 'in-work', 'accepted', 'rejected'] as const;
