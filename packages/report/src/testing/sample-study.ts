import type { ObjectState, Study, StudyAnswer, StudyObject } from '../study/study.ts';

/** Two images, three objects: one clean, one that points corrected, one that was rejected. */
export function sampleStudy(changes: Partial<Study> = {}): Study {
  return {
    madeAt: '2031-02-03T04:05:06.000Z',
    software: { name: 'calque', version: '7.8.9' },
    dataset: { name: 'street', folder: '/data/street' },
    environment: null,
    images: [imageOf('i1', 'bike <1>.jpg', 'accepted'), imageOf('i2', 'deep/crowd.png', 'rejected')],
    objects: [wheel, bell, tram],
    comparisons: [
      {
        objectId: 'bell',
        before: bellBefore,
        after: bell.state as ObjectState,
        iou: 0.625,
        keptPx: 500,
        gainedPx: 0,
        lostPx: 300,
      },
    ],
    sensitivities: [],
    answers: [wheel, bell, tram].flatMap(({ state }) => (state?.answer ? [state.answer] : [])),
    decisions: [],
    captures: [],
    ...changes,
  };
}

function imageOf(id: string, path: string, state: 'accepted' | 'rejected'): Study['images'][number] {
  const size = { width: 640, height: 300 };
  return { id, path, size, sizeBytes: 123_456, format: 'jpeg', state, problem: null, tags: [] };
}

const box = { x1: 10, y1: 20.5, x2: 210, y2: 120 };

function answerOf(id: string, imageId: string, score: number, areaPx: number, totalMs: number): StudyAnswer {
  return {
    id,
    key: `${id}-key`,
    imageId,
    model: 'tiny',
    question: id,
    box,
    candidates: [
      { score: 0.31, stability: 0.5, areaPx: 77 },
      { score, stability: score + 0.01, areaPx },
    ],
    best: 1,
    where: 'server',
    provider: 'cpu',
    cache: 'miss',
    timingsMs: {
      queue: 0,
      read: 0,
      preprocess: 0,
      encode: 0,
      decode: totalMs - 4,
      postprocess: 0,
      measure: 4,
      total: totalMs,
    },
    createdAt: '2031-02-01T00:00:00.000Z',
  };
}

function stateOf(id: string, imageId: string, score: number, areaPx: number, totalMs: number): ObjectState {
  return {
    revision: `${id}-r`,
    prompt: { box, points: [] },
    edited: false,
    mask: { areaPx, perimeterPx: areaPx / 10, box },
    answer: answerOf(id, imageId, score, areaPx, totalMs),
    candidate: 1,
    recordName: `${imageId}-${id}`,
  };
}

const wheel: StudyObject = {
  id: 'wheel',
  imageId: 'i1',
  name: 'wheel & spokes',
  label: null,
  status: 'accepted',
  reason: null,
  note: '',
  state: stateOf('a1', 'i1', 0.9531, 12_345, 61),
};

const bellBefore = stateOf('a2', 'i1', 0.84, 800, 50);

const bell: StudyObject = {
  ...wheel,
  id: 'bell',
  name: '',
  state: {
    ...stateOf('a3', 'i1', 0.97, 500, 55),
    prompt: {
      box,
      points: [
        { x: 100.5, y: 60.5, label: 'foreground' },
        { x: 205.5, y: 30.5, label: 'background' },
      ],
    },
  },
};

const tram: StudyObject = {
  ...wheel,
  id: 'tram',
  imageId: 'i2',
  name: 'tram',
  status: 'rejected',
  reason: 'too-much',
  note: 'the road is in it',
  state: stateOf('a4', 'i2', 0.71, 4000, 70),
};

export const emptyStudy: Study = {
  ...sampleStudy(),
  images: [],
  objects: [],
  comparisons: [],
  answers: [],
};
