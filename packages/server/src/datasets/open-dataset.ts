import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ServerEvent } from '@calque/api';
import { datasetFolderInvalid } from '../errors.ts';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.ts';
import { Dataset } from './dataset.ts';

export interface OpenDatasetOptions {
  readonly folder: string;
  /** Where state is kept of a folder that may not be written. */
  readonly home: string;
  readonly sample?: boolean;
  readonly tell: (event: ServerEvent) => void;
}

const README = `What Calque keeps for the images in the folder above. It moves with them.

calque.sqlite   annotations, their history, predictions and decisions: do not delete
backups/        copies of it, made before it was brought to a newer version
pictures/       thumbnails and tiles; they can be deleted at any time
`;

/** Opens a folder as a dataset and begins to look through it. Rejects with a `dataset-…` error. */
export async function openDataset({
  folder,
  home,
  sample = false,
  tell,
}: OpenDatasetOptions): Promise<Dataset> {
  const root = await rootOf(folder);
  const writable = await mayWrite(root);
  const stateFolder = await makeStateFolder(root, home, writable);
  const storage = await openSqliteStorage(join(stateFolder, 'calque.sqlite'));
  try {
    const known = await storage.setting('dataset-id');
    const id = typeof known === 'string' ? known : randomUUID();
    if (known !== id) await storage.changeSetting('dataset-id', id);
    const dataset = new Dataset({
      id,
      name: basename(root) || root,
      root,
      stateFolder,
      storage,
      writable,
      sample,
      tell,
    });
    dataset.watch();
    return dataset;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Where state of a folder may be, the usual place first. Nothing is made. Rejects with `dataset-folder-invalid`. */
export async function stateFoldersOf(
  folder: string,
  home: string,
): Promise<{ readonly root: string; readonly candidates: readonly string[] }> {
  const root = await rootOf(folder);
  return { root, candidates: [ownStateFolder(root), stateFolderInHome(root, home)] };
}

function ownStateFolder(root: string): string {
  return join(root, '.calque');
}

/** Of a folder that may not be written. */
function stateFolderInHome(root: string, home: string): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 20);
  return join(home, 'datasets', hash);
}

async function rootOf(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if (!(await stat(root)).isDirectory()) throw datasetFolderInvalid(folder, 'it is not a folder');
    await access(root, constants.R_OK | constants.X_OK);
    return root;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw datasetFolderInvalid(folder, 'it does not exist');
    if (code === 'EACCES' || code === 'EPERM') throw datasetFolderInvalid(folder, 'it may not be read');
    throw error;
  }
}

async function mayWrite(root: string): Promise<boolean> {
  return access(root, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function makeStateFolder(root: string, home: string, writable: boolean): Promise<string> {
  const folder = writable ? ownStateFolder(root) : stateFolderInHome(root, home);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'README.txt'), README);
    return folder;
  } catch (error) {
    throw datasetFolderInvalid(
      root,
      `${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
