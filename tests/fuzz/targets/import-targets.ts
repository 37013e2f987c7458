import { checkRle, decodeRle, type ExchangeReading, objectsOfLabelMap, writeYoloLabels } from '@calque/core';
import sharp from 'sharp';
import { readCutoutFiles } from '../../../packages/server/src/exchange/cutout-files.ts';
import type { ImageFinder, ReadFormat } from '../../../packages/server/src/exchange/format-files.ts';
import {
  decodeLabelPng,
  encodeBinaryPng,
  encodeGreyPng,
  encodePalettePng,
} from '../../../packages/server/src/exchange/label-png.ts';
import { readPngFiles } from '../../../packages/server/src/exchange/png-files.ts';
import {
  readCocoFiles,
  readGeoJsonFiles,
  readLabelMeFiles,
} from '../../../packages/server/src/exchange/single-file-formats.ts';
import { readRecordFiles } from '../../../packages/server/src/exchange/table-files.ts';
import { readVocFiles } from '../../../packages/server/src/exchange/voc-files.ts';
import { readYoloFiles } from '../../../packages/server/src/exchange/yolo-files.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';
import type { RandomSource } from '../random-source.ts';
import { COCO_SEEDS, GEO_JSON_SEEDS, IMAGES, LABEL_ME_SEEDS, RECORD, SIZE } from './document-targets.ts';

interface SeedFile {
  readonly path: string;
  /** Bytes, or values that are written as JSON. */
  readonly seeds: readonly Uint8Array[] | { readonly json: readonly unknown[] };
}

const finder: ImageFinder = {
  find: async (path) => (/(^|\/)a(\.jpg)?$/.test(path) ? { path: 'a.jpg', size: SIZE } : null),
};

/** Files of a format of which one, that the first byte of the input names, is a changed one. */
function importTarget(
  name: string,
  parts: number,
  readFiles: ReadFormat,
  makeFiles: () => Promise<readonly SeedFile[]>,
): FuzzTarget {
  return {
    name: `import-${name}`,
    parts,
    async open() {
      const files = await makeFiles();
      const whole = files.map(({ seeds }) => firstOf(seeds));
      return {
        input: (random) => inputOf(files, random),
        async parse(input) {
          const changed = (input[0] ?? 0) % files.length;
          const reading = await readFiles(
            {
              paths: files.map(({ path }) => path).sort(),
              read: async (path) => {
                const at = files.findIndex((file) => file.path === path);
                return Buffer.from(at === changed ? input.subarray(1) : (whole[at] as Uint8Array));
              },
            },
            finder,
          );
          checkReading(reading);
        },
      };
    },
  };
}

function firstOf(seeds: SeedFile['seeds']): Uint8Array {
  return 'json' in seeds ? Buffer.from(JSON.stringify(seeds.json[0])) : (seeds[0] as Uint8Array);
}

function inputOf(files: readonly SeedFile[], random: RandomSource): Uint8Array {
  const at = random.below(files.length);
  const { seeds } = files[at] as SeedFile;
  const changed = 'json' in seeds ? Buffer.from(mutateJson(seeds.json, random)) : mutateBytes(seeds, random);
  return Buffer.concat([Uint8Array.of(at), changed]);
}

/** What is accepted is what the type says: later code believes it. */
function checkReading({ labels, images, faults }: ExchangeReading): void {
  const text = (value: unknown, what: string): void => {
    if (typeof value !== 'string') throw new TypeError(`${what} is ${typeof value}`);
  };
  for (const label of labels) text(label, 'a label');
  for (const { place, problem, expected } of faults) {
    text(place, 'a place');
    text(problem, 'a problem');
    text(expected, 'what was expected');
  }
  for (const { path, size, objects } of images) {
    text(path, 'a path');
    if (!Number.isInteger(size.width) || !Number.isInteger(size.height))
      throw new TypeError('a size is none');
    for (const { name, label, score, mask } of objects) {
      text(name, 'a name');
      if (label !== null) text(label, 'a label');
      if (score !== null && !Number.isFinite(score)) throw new TypeError(`a score is ${String(score)}`);
      checkRle(mask);
    }
  }
}

const [IMAGE] = IMAGES;
const masks = (IMAGE?.objects ?? []).map(({ mask }) => decodeRle(mask));
const labelMap = {
  ...SIZE,
  data: Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, i) =>
    masks[1]?.data[i] === 1 ? 2 : (masks[0]?.data[i] ?? 0),
  ),
};
const pngs = [encodePalettePng(labelMap), encodeGreyPng(labelMap), encodeBinaryPng(labelMap)];

const XML = `<annotation><filename>a.jpg</filename><size><width>24</width><height>17</height><depth>3</depth></size>
<object><name>cat</name><title>disc &amp; more</title><bndbox><xmin>4</xmin></bndbox></object><object><name>dog</name></object></annotation>`;

async function cutoutPng(): Promise<Uint8Array> {
  const background = { r: 200, g: 40, b: 10, alpha: 0.8 };
  return sharp({ create: { width: 9, height: 6, channels: 4, background } })
    .png()
    .toBuffer();
}

const labelPictures: FuzzTarget = {
  name: 'label-picture',
  parts: 4,
  open: async () => ({
    input: (random) => mutateBytes(pngs, random),
    parse: async (input) => void objectsOfLabelMap(decodeLabelPng(input, 'a.png')),
  }),
};

export const importTargets: readonly FuzzTarget[] = [
  importTarget('coco', 12, readCocoFiles, async () => [{ path: 'coco.json', seeds: { json: COCO_SEEDS } }]),
  importTarget('labelme', 4, readLabelMeFiles, async () => [
    { path: 'a.json', seeds: { json: LABEL_ME_SEEDS } },
  ]),
  importTarget('geojson', 4, readGeoJsonFiles, async () => [
    { path: 'a.geojson', seeds: { json: GEO_JSON_SEEDS } },
  ]),
  importTarget('yolo', 4, readYoloFiles, async () => [
    {
      path: 'data.yaml',
      seeds: ['names:\n  0: cat\n  1: dog\n', 'names: [cat, "do\\u0067"]\nnc: 2\n'].map((text) =>
        Buffer.from(text),
      ),
    },
    {
      path: 'labels/a.txt',
      seeds: [Buffer.from(writeYoloLabels(IMAGE?.objects ?? [], SIZE, ['cat', 'dog', 'unlabelled']))],
    },
  ]),
  importTarget('voc', 4, readVocFiles, async () => [
    { path: 'SegmentationClass/a.png', seeds: pngs },
    { path: 'SegmentationObject/a.png', seeds: pngs },
    { path: 'Annotations/a.xml', seeds: [Buffer.from(XML)] },
    { path: 'labelmap.txt', seeds: [Buffer.from('# label:color_rgb\nbackground:0,0,0::\ncat:1,2,3::\n')] },
  ]),
  importTarget('png', 4, readPngFiles, async () => [
    {
      path: 'masks.json',
      seeds: {
        json: [
          {
            labels: ['cat'],
            images: [
              {
                path: 'a.jpg',
                instance: 'x.png',
                semantic: 'y.png',
                objects: [{ value: 1, binary: 'binary/a/1.png', name: 'disc', label: 'cat', score: 0.5 }],
              },
            ],
          },
        ],
      },
    },
    { path: 'binary/a/1.png', seeds: pngs },
  ]),
  importTarget('cutouts', 3, readCutoutFiles, async () => [
    {
      path: 'cutouts.json',
      seeds: {
        json: [
          {
            cutouts: [
              {
                file: 'a/1.png',
                image: 'a.jpg',
                ...SIZE,
                x: 3,
                y: 4,
                name: 'disc',
                label: 'cat',
                score: 0.5,
              },
            ],
          },
        ],
      },
    },
    { path: 'a/1.png', seeds: [await cutoutPng()] },
  ]),
  importTarget('records', 4, readRecordFiles, async () => [
    { path: 'records.jsonl', seeds: { json: [{ ...RECORD, object: { name: 'disc', label: 'cat' } }] } },
  ]),
  labelPictures,
];
