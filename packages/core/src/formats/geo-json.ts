import { formatInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { MAX_MASK_PX } from '../mask/bitmap.ts';
import { decodeRle, encodeRle } from '../mask/rle.ts';
import { JsonNode } from '../record/json-node.ts';
import type { ExchangeImage, ExchangeObject, FormatFault } from './exchange.ts';
import { fillRings } from './fill-rings.ts';
import { type PixelRing, polygonsOfMask } from './mask-polygons.ts';
import { takingFaults } from './taking-faults.ts';

type Position = readonly [x: number, y: number];
type Ring = readonly Position[];

interface Feature {
  readonly type: 'Feature';
  readonly geometry: {
    readonly type: 'MultiPolygon';
    readonly coordinates: readonly (readonly Ring[])[];
  } | null;
  readonly properties: {
    readonly name: string;
    readonly label: string | null;
    readonly score: number | null;
  };
}

/** As JSON. Coordinates are pixels of the oriented image, x to the right and y down, not degrees: `image` says of which. */
export interface PixelFeatures {
  readonly type: 'FeatureCollection';
  readonly image: { readonly path: string } & Size;
  readonly features: readonly Feature[];
}

/**
 * An image's objects as GeoJSON in pixel space: a MultiPolygon each, along pixel edges, with true holes; an object without pixels
 * has no geometry. Outer rings have a positive area as the numbers stand, which is what RFC 7946, 3.1.6 wants.
 */
export function writeGeoJson({ path, size, objects }: ExchangeImage): PixelFeatures {
  return {
    type: 'FeatureCollection',
    image: { path, ...size },
    features: objects.map(({ name, label, score, mask }) => {
      const polygons = polygonsOfMask(decodeRle(mask));
      const coordinates = polygons.map(({ outer, holes }) => [outer, ...holes].map(closedRing));
      return {
        type: 'Feature',
        geometry: polygons.length === 0 ? null : { type: 'MultiPolygon', coordinates },
        properties: { name, label, score },
      };
    }),
  };
}

/** The first position comes again at the end. */
function closedRing(ring: PixelRing): Position[] {
  return Array.from({ length: ring.length / 2 + 1 }, (_, i): Position => {
    const at = (2 * i) % ring.length;
    return [ring[at] as number, ring[at + 1] as number];
  });
}

const MAX_ENTRIES = 20_000_000;

/**
 * GeoJSON in pixel space out of parsed JSON that anybody may have written. Polygons and MultiPolygons become objects, filled by
 * even-odd; of `properties`, `name`, `label` and `score` are read, and for a label also QuPath's `classification.name`. Other
 * geometries are faults. Throws `format-invalid` where the file is not as it must be.
 *
 * @param known the image, where the file itself does not say it.
 */
export function readGeoJson(
  value: unknown,
  known: { readonly path: string; readonly size: Size } | null = null,
): ExchangeImage & { readonly faults: readonly FormatFault[] } {
  const root = new JsonNode(value, '$', (path, found, expected) =>
    formatInvalid('GeoJSON', path, found, expected),
  );
  root.field('type').oneOf(['FeatureCollection']);
  const image = known !== null && root.field('image').isAbsent() ? known : readImage(root.field('image'));
  const faults: FormatFault[] = [];
  const objects = root
    .field('features')
    .items(MAX_ENTRIES)
    .flatMap((node) => takingFaults(faults, node.path, () => readFeature(node, image.size)) ?? []);
  return { ...image, objects, faults };
}

function readImage(node: JsonNode): { path: string; size: Size } {
  const width = node.field('width').integerFrom(1, MAX_MASK_PX);
  const height = node.field('height').integerFrom(1, Math.floor(MAX_MASK_PX / width));
  return { path: node.field('path').text(), size: { width, height } };
}

function readFeature(node: JsonNode, size: Size): ExchangeObject {
  node.field('type').oneOf(['Feature']);
  const rings = readGeometry(node.field('geometry'), size);
  const properties = node.field('properties').orNull((given) => given);
  return {
    name: textIn(properties, 'name') ?? '',
    label: textIn(properties, 'label') ?? textIn(nodeIn(properties, 'classification'), 'name'),
    score: scoreIn(properties),
    mask: encodeRle(fillRings(rings, size)),
  };
}

function readGeometry(node: JsonNode, size: Size): number[][] {
  if (node.value === null) return [];
  const coordinates = node.field('coordinates');
  return node.field('type').oneOf(['Polygon', 'MultiPolygon']) === 'Polygon'
    ? readPolygon(coordinates, size)
    : coordinates.items(MAX_ENTRIES).flatMap((polygon) => readPolygon(polygon, size));
}

function readPolygon(node: JsonNode, { width, height }: Size): number[][] {
  return node.items(MAX_ENTRIES).map((ring) => {
    const positions = ring.items(MAX_ENTRIES);
    if (positions.length < 4) ring.fail('at least four positions, the last equal to the first');
    return positions.flatMap((position) => {
      const [x, y] = position.items(3);
      if (x === undefined || y === undefined) return position.fail('[x, y]');
      return [x.numberFrom(-width, 2 * width), y.numberFrom(-height, 2 * height)];
    });
  });
}

function nodeIn(node: JsonNode | null, name: string): JsonNode | null {
  if (node === null || typeof node.value !== 'object') return null;
  const found = node.field(name);
  return typeof found.value === 'object' && found.value !== null ? found : null;
}

function textIn(node: JsonNode | null, name: string): string | null {
  if (node === null) return null;
  const { value } = node.field(name);
  return typeof value === 'string' ? value : null;
}

function scoreIn(node: JsonNode | null): number | null {
  if (node === null) return null;
  const score = node.field('score');
  return score.isAbsent() || score.value === null ? null : score.finite();
}
