import { stat } from 'node:fs/promises';
import type { ImageState, ServerEvent, WireDataset, WireImage } from '@calque/api';
import { type Calibration, suggestTags, validateCalibration } from '@calque/core';
import { imageChanged } from '@calque/engine';
import PQueue from 'p-queue';
import { DocumentKeeper } from '../documents/document-keeper.ts';
import { imageUnknown } from '../errors.ts';
import { hashOfFile, lookAtImage } from '../images/look-at-image.ts';
import { MAX_WHOLE_PX } from '../images/picture-settings.ts';
import type {
  ImageChange,
  ImagePage,
  ImageQuery,
  Storage,
  StoredImage,
  StoredLabel,
  TagChange,
} from '../storage/storage.ts';
import { indexFolder, newImage } from './folder-index.ts';
import { FolderWatcher } from './folder-watcher.ts';
import { openImageFile, resolveImagePath } from './open-image-file.ts';
import type { FoundFile } from './walk-folder.ts';

export interface DatasetParts {
  readonly id: string;
  readonly name: string;
  /** Absolute, without links. */
  readonly root: string;
  /** Folder of what Calque keeps beside the images. */
  readonly stateFolder: string;
  readonly storage: Storage;
  readonly writable: boolean;
  readonly sample: boolean;
  readonly tell: (event: ServerEvent) => void;
}

const RESCAN_MS = 5 * 60 * 1000;
/** A folder that has gone is looked for this often. */
const GONE_RESCAN_MS = 3000;
/** While a first indexing runs, a list waits this long for something to show. */
const FIRST_PAGE_WAIT_MS = 3000;

interface SeenFacts {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
}

/** A folder of images with the work on them. */
export class Dataset {
  readonly id: string;
  readonly name: string;
  readonly root: string;
  readonly stateFolder: string;
  readonly writable: boolean;
  readonly storage: Storage;
  readonly documents: DocumentKeeper;
  readonly #parts: DatasetParts;
  readonly #watcher: FolderWatcher;
  readonly #closing = new AbortController();
  readonly #looks = new PQueue({ concurrency: 4 });
  readonly #looking = new Map<string, Promise<StoredImage>>();
  #rescan: NodeJS.Timeout | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  /** Device and inode of the folder when its images were seen last: an empty mount point is another one. */
  #seenAt: string | null = null;
  #indexing: Promise<void> | undefined;
  #again = false;
  #wasIndexed = false;
  #progress: { done: number; total: number } | null = null;
  #toldMs = 0;

  constructor(parts: DatasetParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.name = parts.name;
    this.root = parts.root;
    this.stateFolder = parts.stateFolder;
    this.writable = parts.writable;
    this.storage = parts.storage;
    this.documents = new DocumentKeeper(parts.storage);
    this.#watcher = new FolderWatcher(parts.root, () => this.rescan());
  }

  /** Looks through the folder, now and whenever it changes. */
  watch(): void {
    this.rescan();
    this.#rescan = setInterval(() => this.rescan(), RESCAN_MS);
    this.#rescan.unref();
  }

  /** Compares the list with the folder; once more afterwards where it is being compared already. */
  rescan(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#indexing !== undefined) {
      this.#again = true;
      return;
    }
    this.#indexing = this.#index().finally(() => {
      this.#indexing = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.rescan();
    });
  }

  /** Resolves when the list is what the folder is. */
  async indexed(): Promise<void> {
    while (this.#indexing !== undefined) await this.#indexing;
  }

  async describe(): Promise<WireDataset> {
    const { id, name, root, writable, sample } = this.#parts;
    const { images, states, annotations } = await this.storage.counts();
    return {
      id,
      name,
      folder: root,
      imageCount: images,
      states: { ...states },
      annotationCount: annotations,
      indexing: this.#progress === null ? null : { ...this.#progress },
      writable,
      sample,
      calibration: await this.#calibration(),
    };
  }

  async list(query: ImageQuery): Promise<ImagePage> {
    const waitsUntil = Date.now() + FIRST_PAGE_WAIT_MS;
    let page = await this.storage.listImages(query);
    while (page.images.length === 0 && this.#indexing !== undefined && Date.now() < waitsUntil) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      page = await this.storage.listImages(query);
    }
    this.#lookLater(page.images);
    return page;
  }

  /** Rejects with `image-unknown`. */
  async image(id: string): Promise<StoredImage> {
    const image = await this.storage.image(id);
    if (image === null) throw imageUnknown(id);
    return image;
  }

  /** {@link Dataset.image} after its file was looked at and hashed. */
  async examined(id: string): Promise<StoredImage> {
    const image = await this.image(id);
    return image.sha256 !== null && image.problem === null ? image : this.#examine(image);
  }

  /** Absolute path of an image's file; rejects with an `image-…` error where it cannot be read. */
  pathOf(image: StoredImage): Promise<string> {
    return resolveImagePath(this.root, image.path);
  }

  /** Files that were put into the folder a moment ago, as images of the list. */
  async takeIn(files: readonly FoundFile[]): Promise<readonly StoredImage[]> {
    const known = await this.storage.imagesAt(files.map(({ path }) => path));
    const added = files.filter(({ path }) => !known.some((image) => image.path === path)).map(newImage);
    await this.storage.addImages(added);
    const looked = await Promise.all([...known, ...added].map((image) => this.#look(image)));
    for (const image of looked) this.#parts.tell({ type: 'image', change: 'added', image: this.wire(image) });
    if (looked.length > 0) await this.#tellDataset();
    return looked;
  }

  /** The engine has read the file: what it saw is what the image is now. */
  async takeFacts(id: string, facts: SeenFacts): Promise<StoredImage> {
    const image = await this.image(id);
    if (image.sha256 === facts.sha256) return image;
    return this.#change(image, { ...pick(facts), problem: null });
  }

  /** Before the first gesture on an image is kept: which file it was made on. */
  async markAnnotated(id: string): Promise<void> {
    const image = await this.examined(id);
    if (image.annotatedSha256 === null && image.sha256 !== null) {
      await this.storage.changeImage(id, { annotatedSha256: image.sha256 });
    }
  }

  /** Rejects with `image-changed` where the file is not the one of this hash. */
  async requireSame(id: string, sha256: string): Promise<StoredImage> {
    const image = await this.examined(id);
    if (image.sha256 !== sha256) throw imageChanged(image.path);
    return image;
  }

  wire(image: StoredImage): WireImage {
    const { width, height } = image;
    const isLarge = width !== null && height !== null && width * height > MAX_WHOLE_PX;
    return {
      id: image.id,
      datasetId: this.id,
      path: image.path,
      name: image.path.slice(image.path.lastIndexOf('/') + 1),
      size: width === null || height === null ? null : { width, height },
      sizeBytes: image.sizeBytes,
      ...(image.orientation === null ? {} : { orientation: image.orientation }),
      format: image.format,
      sha256: image.sha256,
      changed:
        image.annotatedSha256 !== null && image.sha256 !== null && image.sha256 !== image.annotatedSha256,
      problem: image.problem as WireImage['problem'],
      state: image.state satisfies ImageState,
      annotationCount: image.annotationCount,
      unreviewedCount: image.unreviewedCount,
      tags: [...image.tags.set],
      suggestions: suggestionsFor(image),
      lowestScore: image.lowestScore,
      display: isLarge ? 'tiles' : 'whole',
      modifiedAt: new Date(image.modifiedMs).toISOString(),
    };
  }

  /** Null takes it back. */
  async changeCalibration(calibration: Calibration | null): Promise<void> {
    if (calibration !== null) validateCalibration(calibration);
    await this.storage.changeSetting('calibration', calibration);
    await this.#tellDataset();
  }

  /** What was measured of an image; the pages are told. */
  async measured(
    image: StoredImage,
    facts: Required<Pick<ImageChange, 'contrast' | 'edgeDensity'>>,
  ): Promise<void> {
    await this.storage.changeImage(image.id, facts);
    const now = await this.storage.image(image.id);
    if (now !== null) this.#parts.tell({ type: 'image', change: 'changed', image: this.wire(now) });
  }

  async changeTags(change: TagChange): Promise<readonly StoredImage[]> {
    await Promise.all(change.imageIds.map((id) => this.image(id)));
    await this.storage.changeTags(change);
    const images = await Promise.all(change.imageIds.map((id) => this.image(id)));
    for (const image of images)
      this.#parts.tell({ type: 'image', change: 'changed', image: this.wire(image) });
    return images;
  }

  async replaceLabels(labels: readonly StoredLabel[]): Promise<void> {
    await this.storage.replaceLabels(labels);
    this.#parts.tell({ type: 'labels', datasetId: this.id, labels: [...labels] });
  }

  /** An image and the counts of the dataset are others than the pages know. */
  async tellImage(change: 'added' | 'changed' | 'removed', image: StoredImage): Promise<void> {
    this.#parts.tell({ type: 'image', change, image: this.wire(image) });
    this.#parts.tell({ type: 'dataset', dataset: await this.describe() });
  }

  async close(): Promise<void> {
    clearInterval(this.#rescan);
    clearTimeout(this.#lookAgain);
    this.#closing.abort();
    this.#watcher.close();
    await this.indexed();
    this.#looks.clear();
    await this.#looks.onIdle();
    await this.storage.close();
  }

  async #calibration(): Promise<Calibration | null> {
    return (await this.storage.setting('calibration')) as Calibration | null;
  }

  async #index(): Promise<void> {
    const known = (await this.storage.counts()).images;
    clearTimeout(this.#lookAgain);
    this.#progress = { done: 0, total: known };
    let changes = 0;
    try {
      const at = await this.#place();
      await indexFolder({
        root: this.root,
        storage: this.storage,
        signal: this.#closing.signal,
        isFirst: known === 0 && !this.#wasIndexed,
        mayBeEmpty: this.#seenAt === null || this.#seenAt === at,
        onFolder: (folder) => this.#watcher.add(folder),
        onProgress: (done) => this.#tellProgress(done),
        onChange: (change, image) => {
          changes++;
          this.#parts.tell({ type: 'image', change, image: this.wire(image) });
          if (change === 'changed' && image.annotatedSha256 !== null && image.problem === null) {
            this.#lookLater([image]);
          }
        },
      });
      this.#wasIndexed = true;
      this.#seenAt = at;
    } catch (error) {
      if (!this.#closing.signal.aborted) {
        this.#lookAgain = setTimeout(() => this.rescan(), GONE_RESCAN_MS);
        this.#lookAgain.unref();
        this.#parts.tell({ type: 'dataset', dataset: await this.#unreadable(error) });
      }
    } finally {
      const wasShown = this.#toldMs > 0 || changes > 0;
      this.#progress = null;
      this.#toldMs = 0;
      if (wasShown && !this.#closing.signal.aborted) await this.#tellDataset();
    }
  }

  async #place(): Promise<string> {
    const { dev, ino } = await stat(this.root);
    return `${dev} ${ino}`;
  }

  /** The folder is gone or closed to us: the images are still listed, and their files say why they cannot be read. */
  async #unreadable(_error: unknown): Promise<WireDataset> {
    return { ...(await this.describe()), indexing: null };
  }

  #tellProgress(done: number): void {
    if (this.#progress === null) return;
    this.#progress.done = done;
    this.#progress.total = Math.max(this.#progress.total, done);
    if (Date.now() - this.#toldMs < 500) return;
    const isFirst = this.#toldMs === 0;
    this.#toldMs = Date.now();
    // A comparison that is over in a moment need not be shown.
    if (!isFirst) void this.#tellDataset();
  }

  async #tellDataset(): Promise<void> {
    this.#parts.tell({ type: 'dataset', dataset: await this.describe() });
  }

  #lookLater(images: readonly StoredImage[]): void {
    for (const image of images) {
      const isMarked = image.annotatedSha256 !== null && image.sha256 === null;
      if (image.problem !== null || (image.width !== null && !isMarked)) continue;
      const look = isMarked ? this.#examine(image) : this.#look(image);
      look.catch(() => undefined);
    }
  }

  #look(image: StoredImage): Promise<StoredImage> {
    return this.#once(`look ${image.id}`, 0, async () => {
      this.#closing.signal.throwIfAborted();
      return this.#change(image, await lookAtImage(this.root, image.path));
    });
  }

  #examine(image: StoredImage): Promise<StoredImage> {
    return this.#once(`examine ${image.id}`, 1, async () => {
      const look = await lookAtImage(this.root, image.path);
      if (look.problem !== null) return this.#change(image, look);
      const handle = await openImageFile(this.root, image.path);
      try {
        return await this.#change(image, { ...look, sha256: await hashOfFile(handle) });
      } finally {
        await handle.close();
      }
    });
  }

  #once(key: string, priority: number, work: () => Promise<StoredImage>): Promise<StoredImage> {
    const running = this.#looking.get(key);
    if (running !== undefined) return running;
    const started = this.#looks.add(work, { priority }).finally(() => this.#looking.delete(key));
    this.#looking.set(key, started);
    return started;
  }

  async #change(image: StoredImage, change: Partial<StoredImage>): Promise<StoredImage> {
    const changed = { ...image, ...change };
    await this.storage.changeImage(image.id, change);
    this.#parts.tell({ type: 'image', change: 'changed', image: this.wire(changed) });
    return changed;
  }
}

function suggestionsFor({
  contrast,
  edgeDensity,
  annotationCount,
  lowestScore,
  tags,
}: StoredImage): WireImage['suggestions'] {
  const facts = contrast === null || edgeDensity === null ? null : { contrast, edgeDensity };
  return suggestTags({ image: facts, objects: annotationCount, lowestScore }).filter(
    ({ tag }) => !tags.set.includes(tag) && !tags.refused.includes(tag),
  );
}

function pick({ sha256, width, height, orientation }: SeenFacts): SeenFacts {
  return { sha256, width, height, orientation };
}
