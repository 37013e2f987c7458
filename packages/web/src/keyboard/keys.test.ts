import { describe, expect, test } from 'vitest';
import type { Command } from './command.ts';
import { commandFor, createCommandRegistry, keysOf } from './command-registry.ts';
import { type KeyPress, keyNamesOf, keyParts } from './key-name.ts';

function press(parts: Partial<KeyPress>): KeyPress {
  return { key: 'a', code: 'KeyA', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...parts };
}

function command(id: string, keys: readonly string[], run = () => undefined): Command {
  return { id, title: `command.${id}`, group: 'general', keys, run };
}

describe('the name of a key press', () => {
  test('is the key, with the modifiers that matter', () => {
    expect(keyNamesOf(press({ key: 'Z', code: 'KeyZ', shiftKey: true }))).toEqual(['Shift+z']);
    expect(keyNamesOf(press({ key: 'k', code: 'KeyK', metaKey: true }))).toEqual(['Mod+k']);
    expect(keyNamesOf(press({ key: ' ', code: 'Space' }))).toEqual(['Space']);
    expect(keyNamesOf(press({ key: 'ArrowRight', code: 'ArrowRight', shiftKey: true }))).toEqual([
      'Shift+ArrowRight',
    ]);
  });

  test('does not tell how a sign is typed', () => {
    expect(keyNamesOf(press({ key: '?', code: 'Comma', shiftKey: true }))).toEqual(['?']);
    expect(keyNamesOf(press({ key: '+', code: 'Equal', shiftKey: true }))).toEqual(['+']);
  });

  test('is a digit also where the keyboard is French and gives digits with Shift alone', () => {
    expect(keyNamesOf(press({ key: '&', code: 'Digit1' }))).toEqual(['&', '1']);
    expect(keyNamesOf(press({ key: '1', code: 'Digit1', shiftKey: true }))).toEqual(['1']);
  });

  test('is nothing for a modifier alone', () => {
    expect(keyNamesOf(press({ key: 'Shift', code: 'ShiftLeft', shiftKey: true }))).toEqual([]);
  });

  test('is drawn as the keys are printed', () => {
    expect(keyParts('Mod+Shift+z', 'Linux x86_64')).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyParts('Mod+k', 'MacIntel')).toEqual(['⌘', 'K']);
    expect(keyParts('+', 'Linux')).toEqual(['+']);
  });
});

describe('a key finds', () => {
  const undo = command('undo', ['z', 'Mod+z']);
  const accept = command('accept', ['Enter']);

  test('the command that has it', () => {
    expect(commandFor(['Mod+z'], { commands: [accept, undo], keys: {} })).toBe(undo);
  });

  test('the command that a person gave it, before the one that has it by default', () => {
    expect(commandFor(['z'], { commands: [undo, accept], keys: { accept: 'z' } })).toBe(accept);
  });

  test('no command whose key a person took away', () => {
    expect(commandFor(['Enter'], { commands: [accept], keys: { accept: '' } })).toBeUndefined();
    expect(keysOf(accept, { accept: '' })).toEqual([]);
  });
});

describe('the registry', () => {
  test('runs the command that was put there last, and the former one once that is gone', () => {
    const ran: string[] = [];
    const registry = createCommandRegistry();
    registry.register([command('undo', [], () => void ran.push('first'))]);
    const leave = registry.register([command('undo', [], () => void ran.push('second'))]);
    registry.run('undo');
    leave();
    registry.run('undo');
    expect(ran).toEqual(['second', 'first']);
  });

  test('does not run what is not possible at the moment', () => {
    const ran: string[] = [];
    const registry = createCommandRegistry();
    registry.register([{ ...command('undo', [], () => void ran.push('undo')), enabled: () => false }]);
    registry.run('undo');
    expect(ran).toEqual([]);
  });
});
