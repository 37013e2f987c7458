import type { Command } from './command.ts';
import { type CommandRegistry, commandFor, isEnabled } from './command-registry.ts';
import { keyNamesOf } from './key-name.ts';

const typing =
  'input:not([type="range"],[type="checkbox"],[type="radio"]), textarea, select, [contenteditable="true"]';
const ownKeys = '[role="dialog"], [role="menu"], [role="listbox"], [data-own-keys]';
const withArrows =
  '[role="slider"], [role="tab"], [role="radio"], [role="separator"], input[type="range"], input[type="radio"]';
const pressed =
  'button, a, summary, [role="button"], [role="checkbox"], [role="switch"], input[type="checkbox"]';

/** Turns key presses on the page into commands. Returns what ends it. */
export function listenToKeys(registry: CommandRegistry, target: Window): () => void {
  const held = new Map<string, Command>();
  const down = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const names = keyNamesOf(event);
    const command = commandFor(names, registry.store.getState());
    if (command === undefined || belongsToElement(event, names) || !isEnabled(command)) return;
    event.preventDefault();
    if (command.hold === undefined) return command.run();
    if (held.has(event.code)) return;
    held.set(event.code, command);
    command.run();
  };
  const release = (code: string) => {
    held.get(code)?.release?.();
    held.delete(code);
  };
  const up = (event: KeyboardEvent) => release(event.code);
  // A key that goes up in another window is never told of.
  const blur = () => {
    for (const code of [...held.keys()]) release(code);
  };
  target.addEventListener('keydown', down);
  target.addEventListener('keyup', up);
  target.addEventListener('blur', blur);
  return () => {
    blur();
    target.removeEventListener('keydown', down);
    target.removeEventListener('keyup', up);
    target.removeEventListener('blur', blur);
  };
}

/** Whether the focused element has a use of its own for the key: text that is typed, a slider's arrows, a button's Enter. */
function belongsToElement(event: KeyboardEvent, names: readonly string[]): boolean {
  const element = event.target;
  if (!(element instanceof Element)) return false;
  if (names[0]?.startsWith('Mod+') === true) return element.matches(typing) && !names.includes('Mod+k');
  if (element.matches(typing) || element.closest(ownKeys) !== null) return true;
  if (event.key.startsWith('Arrow') && element.matches(withArrows)) return true;
  // Tab goes through the objects for a hand on the mouse; whoever came by keyboard must be able to leave by it.
  if (event.key === 'Tab') return !element.matches('[data-canvas][data-by-pointer]');
  const activates = event.key === 'Enter' || event.key === ' ';
  return activates && element.matches(pressed) && element.matches(':focus-visible');
}
