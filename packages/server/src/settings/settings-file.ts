import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeepReadonly, type Settings, SettingsSchema } from '@calque/api';
import { Check } from 'typebox/value';
import { writeAside } from '../storage/write-aside.ts';

/** What a person has set, on this machine and for all its datasets. Written whole, aside, and renamed. */
export class SettingsFile {
  readonly #path: string;
  #settings: Settings;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, settings: Settings) {
    this.#path = join(folder, 'settings.json');
    this.#settings = settings;
  }

  /** A file that is damaged, or of a later version, counts as none. */
  static async open(folder: string, initial: Settings = {}): Promise<SettingsFile> {
    const text = await readFile(join(folder, 'settings.json'), 'utf8').catch(() => '{}');
    return new SettingsFile(folder, { ...initial, ...parsed(text) });
  }

  read(): Settings {
    return this.#settings;
  }

  /** Sets what is given, and leaves the rest. Resolves when it is on disk. */
  async change(settings: DeepReadonly<Settings>): Promise<Settings> {
    this.#settings = { ...this.#settings, ...structuredClone(settings as Settings) };
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(() => writeAside(this.#path, `${JSON.stringify(this.#settings, null, 2)}\n`));
    await this.#writing;
    return this.#settings;
  }
}

function parsed(text: string): Settings {
  try {
    const value: unknown = JSON.parse(text);
    return Check(SettingsSchema, value) ? value : {};
  } catch {
    return {};
  }
}
