import {
  type ExchangeImage,
  type FormatFault,
  formatInvalid,
  numberedLabels,
  readYoloLabels,
  writeYoloLabels,
} from '@calque/core';
import { parse, stringify } from 'yaml';
import { type InFiles, type ReadFormat, stemOf, stemsOf, type WriteFormat } from './format-files.ts';

/** `data.yaml` with the names of the classes, and `labels/` with a file an image, as Ultralytics lays them out. */
export const writeYoloFiles: WriteFormat = async function* (collected) {
  const labels = numberedLabels(collected);
  const names = Object.fromEntries(labels.entries());
  yield { path: 'data.yaml', content: stringify({ path: '.', train: 'images', val: 'images', names }) };
  const stems = stemsOf(collected.images.map(({ path }) => path));
  for (const { path, size, objects } of collected.images) {
    yield { path: `labels/${stems.get(path)}.txt`, content: writeYoloLabels(objects, size, labels) };
  }
};

const NOT_LABELS = /(^|\/)(classes|labels|train|val|test|autosplit_\w+)\.txt$/;

export const readYoloFiles: ReadFormat = async (files, finder) => {
  const labels = await readNames(files);
  const images: ExchangeImage[] = [];
  const faults: FormatFault[] = [];
  for (const path of files.paths.filter((name) => name.endsWith('.txt') && !NOT_LABELS.test(name))) {
    const text = (await files.read(path)).toString('utf8');
    const stem = stemOf(path).replace(/^(?:.*\/)?labels\//, '');
    const image = (await finder.find(stem)) ?? (await finder.find(stem.replace(/^(train|val|test)\//, '')));
    if (image === null) {
      faults.push({
        place: path,
        problem: 'no image of this name is in the dataset',
        expected: 'an image of the dataset',
      });
      continue;
    }
    const reading = readYoloLabels(text, image.size, labels);
    images.push({ ...image, objects: reading.objects });
    faults.push(...reading.faults.map((fault) => ({ ...fault, place: `${path}: ${fault.place}` })));
  }
  return { labels, images, faults };
};

async function readNames({ paths, read }: InFiles): Promise<string[]> {
  const yaml =
    paths.find((path) => /(^|\/)(data|dataset)\.ya?ml$/.test(path)) ??
    paths.find((path) => /\.ya?ml$/.test(path));
  if (yaml !== undefined) return namesIn(parsedYaml((await read(yaml)).toString('utf8'), yaml), yaml);
  const list = paths.find((path) => /(^|\/)classes\.txt$/.test(path));
  if (list === undefined) {
    throw formatInvalid(
      'YOLO',
      'the folder',
      'no data.yaml and no classes.txt',
      'one of them, with the names of the classes',
    );
  }
  return (await read(list)).toString('utf8').trimEnd().split(/\r?\n/);
}

function parsedYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw formatInvalid(
      'YOLO',
      path,
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      'YAML',
    );
  }
}

/** A list, or numbers with their names. */
function namesIn(value: unknown, path: string): string[] {
  const names = (value as { readonly names?: unknown } | null)?.names;
  const entries = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  const labels: string[] = [];
  for (const [number, name] of entries)
    if (/^\d{1,6}$/.test(number) && ['string', 'number', 'boolean'].includes(typeof name))
      labels[Number(number)] = String(name);
  const isWhole = labels.length > 0 && Array.from(labels).every((label) => label !== undefined);
  if (!isWhole) throw formatInvalid('YOLO', path, 'no names', '`names`: a name for every class from 0 on');
  return labels;
}
