/**
 * Everything the page can do, once: the command palette, the sheet of shortcuts, tooltips and the keyboard are all made
 * of these.
 */
export interface Command {
  /** Kebab-case, stable: a person's own keys are kept by it. */
  readonly id: string;
  /** Translation key of its name. */
  readonly title: string;
  readonly group: 'tools' | 'prompt' | 'mask' | 'review' | 'objects' | 'view' | 'images' | 'general';
  /** Default keys, as `KeyboardEvent.key` with modifiers: `z`, `Shift+z`, `Mod+k`. `Mod` is Ctrl, or Command on a Mac. */
  readonly keys: readonly string[];
  /** Held down: `run` at the press, `release` when the key goes up. */
  readonly hold?: 'hold';
  readonly enabled?: () => boolean;
  run(): void;
  release?(): void;
}
