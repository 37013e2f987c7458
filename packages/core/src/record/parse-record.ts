import { isCalqueError } from '../calque-error.ts';
import { recordVersionUnsupported } from '../errors.ts';
import { type BoxXyxyArray, boxToArray } from '../geometry/box.ts';
import { MAX_MASK_PX } from '../mask/bitmap.ts';
import { validatePostprocessOptions } from '../mask/postprocess.ts';
import type { PostprocessOptions } from '../mask/postprocess-options.ts';
import { type Rle, rleArea, rleBox } from '../mask/rle.ts';
import { countsFromString, MAX_CHARACTERS_PER_COUNT } from '../mask/rle-string.ts';
import { MAX_PROMPT_POINTS } from '../prompt/validate-prompt.ts';
import { JsonNode } from './json-node.ts';
import {
  type PredictionRecord,
  RECORD_SCHEMA_VERSION,
  type RecordedCandidate,
  type RecordedImage,
  type RecordedMask,
  type RecordedModel,
  type RecordedPrompt,
  type RecordedRle,
  type RecordedTimings,
} from './record.ts';

const MAX_SIDE_PX = MAX_MASK_PX;
const MAX_CANDIDATES = 1_000;
const MAX_MODEL_FILES = 100;

/**
 * A record out of JSON that anybody may have written. Fields that this version does not know are left out; of those that it adds
 * to the public format (`pixelSha256`, `postprocess`, single times) none has to be there.
 *
 * Everything is checked, also what one field says about another: sizes are possible, masks add up to theirs, the recorded area
 * and box are those of the mask. Throws `record-invalid` with the path of the first fault, as `$.mask.rle.size[0]`, or
 * `record-version-unsupported`.
 */
export function parseRecord(value: unknown): PredictionRecord {
  return parseRecordWithMask(value).record;
}

/** As {@link parseRecord}, with the recorded mask decoded: it had to be, to be checked. */
export function parseRecordWithMask(value: unknown): {
  readonly record: PredictionRecord;
  readonly mask: Rle;
} {
  const root = new JsonNode(value, '$');
  const schemaVersion = root.field('schemaVersion').integerFrom(1, Number.MAX_SAFE_INTEGER);
  if (schemaVersion !== RECORD_SCHEMA_VERSION) {
    throw recordVersionUnsupported(schemaVersion, RECORD_SCHEMA_VERSION);
  }
  const id = root.field('id');
  const postprocess = root.field('postprocess');
  const image = parseImage(root.field('image'));
  const candidates = root
    .field('candidates')
    .items(MAX_CANDIDATES)
    .map((node) => parseCandidate(node, image));
  const software = root.field('software');
  const { mask, rle } = parseMask(root.field('mask'), image);
  const record: PredictionRecord = {
    schemaVersion,
    ...(id.isAbsent() ? {} : { id: id.textOrNumber() }),
    image,
    model: parseModel(root.field('model')),
    prompt: parsePrompt(root.field('prompt')),
    candidates,
    chosen: root.field('chosen').integerFrom(0, candidates.length - 1),
    postprocess: postprocess.isAbsent() ? {} : parsePostprocess(postprocess),
    mask,
    timingsMs: parseTimings(root.field('timingsMs')),
    software: { name: software.field('name').text(), version: software.field('version').text() },
    createdAt: parseInstant(root.field('createdAt')),
  };
  return { record, mask: rle };
}

function parseImage(node: JsonNode): RecordedImage {
  const width = node.field('width').integerFrom(1, MAX_SIDE_PX);
  const pixelSha256 = node.field('pixelSha256');
  return {
    path: node.field('path').text(),
    sha256: parseSha256(node.field('sha256')),
    ...(pixelSha256.isAbsent() ? {} : { pixelSha256: parseSha256(pixelSha256) }),
    width,
    height: node.field('height').integerFrom(1, Math.floor(MAX_MASK_PX / width)),
    orientation: node.field('orientation').integerFrom(1, 8),
  };
}

function parseModel(node: JsonNode): RecordedModel {
  const files = node.field('files').items(MAX_MODEL_FILES);
  return {
    id: node.field('id').text(),
    files: files.map((file) => ({
      name: file.field('name').text(),
      sha256: parseSha256(file.field('sha256')),
    })),
    provider: node.field('provider').text(),
  };
}

function parsePrompt(node: JsonNode): RecordedPrompt {
  const points = node.field('points').items(MAX_PROMPT_POINTS);
  return {
    box: node.field('box').orNull(parseBox),
    points: points.map((point) => ({
      x: point.field('x').finite(),
      y: point.field('y').finite(),
      label: point.field('label').oneOf(['foreground', 'background']),
    })),
    maskInput: node.field('maskInput').orNull((maskInput) => ({
      path: maskInput.field('path').text(),
      sha256: parseSha256(maskInput.field('sha256')),
      rle: parseRle(maskInput.field('rle')).recorded,
    })),
  };
}

function parseCandidate(node: JsonNode, image: RecordedImage): RecordedCandidate {
  return {
    index: node.field('index').integerFrom(0, MAX_CANDIDATES - 1),
    score: node.field('score').finite(),
    stability: node.field('stability').numberFrom(0, 1),
    areaPx: node.field('areaPx').integerFrom(0, image.width * image.height),
    box: node.field('box').orNull(parseBox),
  };
}

function parseMask(node: JsonNode, image: RecordedImage): { mask: RecordedMask; rle: Rle } {
  const { recorded, rle } = parseRle(node.field('rle'));
  const { width, height } = rle.size;
  if (width !== image.width || height !== image.height) {
    node.field('rle').field('size').fail(`[${image.height}, ${image.width}], the size of the image`);
  }
  const areaPx = node.field('areaPx').integerFrom(0, width * height);
  if (areaPx !== rleArea(rle)) node.field('areaPx').fail(`${rleArea(rle)}, the area of the mask`);
  const mask: RecordedMask = {
    rle: recorded,
    areaPx,
    perimeterPx: node.field('perimeterPx').numberFrom(0, Number.POSITIVE_INFINITY),
    box: parseMaskBox(node.field('box'), rle),
    components: node.field('components').integerFrom(0, areaPx),
    holes: node.field('holes').integerFrom(0, width * height),
    score: node.field('score').finite(),
    stability: node.field('stability').numberFrom(0, 1),
  };
  return { mask, rle };
}

function parseMaskBox(node: JsonNode, rle: Rle): BoxXyxyArray | null {
  const box = node.orNull(parseBox);
  const expected = rleBox(rle);
  const expectedText = expected === null ? 'null' : `[${boxToArray(expected).join(', ')}]`;
  const text = box === null ? 'null' : `[${box.join(', ')}]`;
  return text === expectedText ? box : node.fail(`${expectedText}, the box of the mask, and not ${text}`);
}

/** The mask as it is written, and the same decoded: what is returned has been seen to add up. */
function parseRle(node: JsonNode): { recorded: RecordedRle; rle: Rle } {
  const size = node.field('size').items(2);
  const [heightNode, widthNode] = size;
  if (heightNode === undefined || widthNode === undefined) return node.field('size').fail('[height, width]');
  const height = heightNode.integerFrom(1, MAX_SIDE_PX);
  const width = widthNode.integerFrom(1, Math.floor(MAX_MASK_PX / height));
  const counts = node.field('counts').text(MAX_CHARACTERS_PER_COUNT * (width * height + 1));
  try {
    const rle = countsFromString(counts, { width, height });
    return { recorded: { size: [height, width], counts }, rle };
  } catch (error) {
    if (!isCalqueError(error)) throw error;
    return node.field('counts').fail(`${error.expected ?? 'a mask'}: ${error.message}`);
  }
}

function parseBox(node: JsonNode): BoxXyxyArray {
  const [x1, y1, x2, y2, ...rest] = node.items(4).map((item) => item.finite());
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined || rest.length > 0) {
    return node.fail('[x1, y1, x2, y2]');
  }
  return [x1, y1, x2, y2];
}

function parsePostprocess(node: JsonNode): PostprocessOptions {
  const options: PostprocessOptions = {
    ...optionalNumber(node, 'fillHolesPx'),
    ...optionalNumber(node, 'dropIslandsPx'),
    ...optionalNumber(node, 'keepLargest'),
    ...optionalNumber(node, 'smoothRadiusPx'),
  };
  try {
    return validatePostprocessOptions(options);
  } catch (error) {
    if (!isCalqueError(error)) throw error;
    return node.field(String(error.details['name'])).fail(error.expected ?? 'a valid option');
  }
}

function optionalNumber(node: JsonNode, name: keyof PostprocessOptions): PostprocessOptions {
  const option = node.field(name);
  return option.isAbsent() ? {} : { [name]: option.finite() };
}

function parseTimings(node: JsonNode): RecordedTimings {
  const duration = (name: string): number => {
    const part = node.field(name);
    return part.isAbsent() ? 0 : part.numberFrom(0, Number.POSITIVE_INFINITY);
  };
  const cache = node.field('cache');
  return {
    queue: duration('queue'),
    read: duration('read'),
    preprocess: duration('preprocess'),
    encode: duration('encode'),
    decode: duration('decode'),
    postprocess: duration('postprocess'),
    measure: duration('measure'),
    total: duration('total'),
    ...(cache.isAbsent() ? {} : { cache: cache.oneOf(['memory', 'disk', 'miss']) }),
  };
}

function parseSha256(node: JsonNode): string {
  return node.textLike(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');
}

function parseInstant(node: JsonNode): string {
  const expected = 'an ISO 8601 instant in UTC, as 2026-01-31T12:00:00.000Z';
  const text = node.textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, expected);
  return Number.isNaN(Date.parse(text)) ? node.fail(expected) : text;
}
