import type { Bitmap } from '../mask/bitmap.ts';

type OpenCv = Awaited<typeof import('@techstark/opencv-js')>;

/** What OpenCV says of a mask: the reference of the oracle suite, kept apart from all code under test. */
export interface OpenCvOracle {
  contours(mask: Bitmap, retrieve: 'external' | 'ccomp', approximation: 'simple' | 'none'): OpenCvContours;
  components(mask: Bitmap, connectivity: 4 | 8): readonly OpenCvComponent[];
  /** `iterations` of a 3 x 3 erosion of the mask in a frame of zeros, without the frame. */
  erodedInFrame(mask: Bitmap, iterations: number): Uint8Array;
  /** Exact Euclidean `distanceTransform` of the mask in a frame of zeros, without the frame. */
  distancesInFrame(mask: Bitmap): Float32Array;
}

export interface OpenCvContours {
  /** x, y, x, y, … of each, in OpenCV's order. */
  readonly points: readonly (readonly number[])[];
  /** Sum of `arcLength(closed)`. */
  readonly lengthPx: number;
  /** How many have a parent: with `ccomp` these are the holes. */
  readonly holes: number;
}

export interface OpenCvComponent {
  readonly areaPx: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Frees what it allocates in OpenCV's own memory. `cv`: the loaded library. */
export function openCvOracle(cv: OpenCv): OpenCvOracle {
  return {
    contours(mask, retrieve, approximation) {
      const image = cv.matFromArray(mask.height, mask.width, cv.CV_8UC1, mask.data);
      const found = new cv.MatVector();
      const hierarchy = new cv.Mat();
      const mode = retrieve === 'external' ? cv.RETR_EXTERNAL : cv.RETR_CCOMP;
      const method = approximation === 'simple' ? cv.CHAIN_APPROX_SIMPLE : cv.CHAIN_APPROX_NONE;
      cv.findContours(image, found, hierarchy, mode, method);
      const points: number[][] = [];
      let lengthPx = 0;
      let holes = 0;
      for (let i = 0; i < found.size(); i++) {
        const contour = found.get(i);
        points.push(Array.from(contour.data32S));
        lengthPx += cv.arcLength(contour, true);
        if (hierarchy.data32S[4 * i + 3] !== -1) holes++;
        contour.delete();
      }
      for (const owned of [image, found, hierarchy]) owned.delete();
      return { points, lengthPx, holes };
    },

    components(mask, connectivity) {
      const image = cv.matFromArray(mask.height, mask.width, cv.CV_8UC1, mask.data);
      const [labels, stats, centroids] = [new cv.Mat(), new cv.Mat(), new cv.Mat()];
      const count = cv.connectedComponentsWithStats(image, labels, stats, centroids, connectivity, cv.CV_32S);
      const rows = Array.from({ length: count - 1 }, (_, i): OpenCvComponent => {
        const [x, y, width, height, areaPx] = stats.data32S.subarray(5 * (i + 1)) as unknown as number[];
        return { areaPx: areaPx ?? -1, x: x ?? -1, y: y ?? -1, width: width ?? -1, height: height ?? -1 };
      });
      for (const owned of [image, labels, stats, centroids]) owned.delete();
      return rows;
    },

    erodedInFrame(mask, iterations) {
      const image = cv.matFromArray(mask.height, mask.width, cv.CV_8UC1, mask.data);
      const [framed, eroded] = [new cv.Mat(), new cv.Mat()];
      const kernel = cv.Mat.ones(3, 3, cv.CV_8U);
      cv.copyMakeBorder(image, framed, 1, 1, 1, 1, cv.BORDER_CONSTANT, new cv.Scalar(0));
      cv.erode(framed, eroded, kernel, new cv.Point(-1, -1), iterations);
      const inner = new Uint8Array(mask.data.length);
      for (let y = 0; y < mask.height; y++) {
        const begin = (y + 1) * (mask.width + 2) + 1;
        inner.set(eroded.data.subarray(begin, begin + mask.width), y * mask.width);
      }
      for (const owned of [image, framed, eroded, kernel]) owned.delete();
      return inner;
    },

    distancesInFrame(mask) {
      const image = cv.matFromArray(mask.height, mask.width, cv.CV_8UC1, mask.data);
      const [framed, distances] = [new cv.Mat(), new cv.Mat()];
      cv.copyMakeBorder(image, framed, 1, 1, 1, 1, cv.BORDER_CONSTANT, new cv.Scalar(0));
      cv.distanceTransform(framed, distances, cv.DIST_L2, cv.DIST_MASK_PRECISE);
      const inner = new Float32Array(mask.data.length);
      for (let y = 0; y < mask.height; y++) {
        const begin = (y + 1) * (mask.width + 2) + 1;
        inner.set(distances.data32F.subarray(begin, begin + mask.width), y * mask.width);
      }
      for (const owned of [image, framed, distances]) owned.delete();
      return inner;
    },
  };
}
