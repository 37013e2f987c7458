/** What of a keyboard event names the key. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const modifierKeys = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'CapsLock', 'Dead']);

/**
 * Names of a key press as commands write them, the likeliest first: `z`, `Shift+z`, `Mod+k`, `?`, `Space`.
 *
 * Digits come a second time by their place on the keyboard, since French keyboards give them with Shift alone.
 */
export function keyNamesOf(press: KeyPress): string[] {
  if (modifierKeys.has(press.key)) return [];
  const names = [named(press, press.key === ' ' ? 'Space' : press.key)];
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1];
  if (digit !== undefined && !press.shiftKey) names.push(modifiers(press, []) + digit);
  return names;
}

function named(press: KeyPress, key: string): string {
  const letter = /^\p{L}$/u.test(key);
  // The shift of `?` or `+` is how that key is typed and says nothing more.
  const shifted = press.shiftKey && (letter || key.length > 1);
  return modifiers(press, shifted ? ['Shift+'] : []) + (letter ? key.toLowerCase() : key);
}

function modifiers({ ctrlKey, metaKey, altKey }: KeyPress, shift: readonly string[]): string {
  return [ctrlKey || metaKey ? 'Mod+' : '', altKey ? 'Alt+' : '', ...shift].join('');
}

const symbols: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
};

/** The parts of a key's name as they are printed on keys. */
export function keyParts(name: string, platform: string): string[] {
  const mac = platform.startsWith('Mac');
  const parts = name === '+' ? ['+'] : name.split(/\+(?=.)/);
  return parts.map((part) => {
    if (part === 'Mod') return mac ? '⌘' : 'Ctrl';
    if (part === 'Alt') return mac ? '⌥' : 'Alt';
    return symbols[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}
