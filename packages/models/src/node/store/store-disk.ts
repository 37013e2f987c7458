import { type FileHandle, open, statfs } from 'node:fs/promises';

/** The calls to the file system that a full disk answers with an error; tests put their own in place. */
export interface StoreDisk {
  open(path: string, flags: 'w' | 'a'): Promise<FileHandle>;
  /** Bytes that this user may still write in the folder; undefined where the system does not say. */
  freeBytes(folder: string): Promise<number | undefined>;
}

export const nodeDisk: StoreDisk = {
  open: (path, flags) => open(path, flags),
  freeBytes: async (folder) => {
    const stats = await statfs(folder).catch(() => undefined);
    return stats === undefined ? undefined : stats.bavail * stats.bsize;
  },
};
