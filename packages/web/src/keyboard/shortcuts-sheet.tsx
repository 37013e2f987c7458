import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from '../panels/dialogs.module.css';
import type { Command } from './command.ts';
import { commandFor, keysOf } from './command-registry.ts';
import { KeyCaps } from './key-caps.tsx';
import { keyNamesOf } from './key-name.ts';
import { useRegistryState } from './use-commands.tsx';

const groups: readonly Command['group'][] = [
  'tools',
  'prompt',
  'mask',
  'review',
  'objects',
  'view',
  'images',
  'general',
];

export function ShortcutsSheet() {
  const text = useText();
  const opened = useInterface(({ dialog }) => dialog === 'shortcuts');
  const [assigning, setAssigning] = useState<string | null>(null);
  return (
    <Modal
      opened={opened}
      onClose={() => openDialog(null)}
      title={text('shortcuts.title')}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
      size={760}
      closeOnEscape={assigning === null}
    >
      <Shortcuts assigning={assigning} setAssigning={setAssigning} />
    </Modal>
  );
}

interface ShortcutsProps {
  /** Id of the command that waits for its key. */
  readonly assigning: string | null;
  setAssigning(commandId: string | null): void;
}

function Shortcuts({ assigning, setAssigning }: ShortcutsProps) {
  const text = useText();
  const { preferences } = useServices();
  const state = useRegistryState();
  const [said, setSaid] = useState('');

  const assign = (command: Command, key: string | null) => {
    const others = Object.entries(state.keys).filter(([id]) => id !== command.id);
    preferences.change({ keys: Object.fromEntries(key === null ? others : [...others, [command.id, key]]) });
    setAssigning(null);
  };

  const take = (command: Command, event: React.KeyboardEvent) => {
    const [name] = keyNamesOf(event.nativeEvent);
    if (name === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (name === 'Escape') return setAssigning(null);
    if (name === 'Backspace') return assign(command, '');
    const taken = commandFor([name], state);
    if (taken !== undefined && taken.id !== command.id) {
      setSaid(text('shortcuts.taken', { key: name, command: text.ofData(taken.title) }));
      return setAssigning(null);
    }
    setSaid('');
    assign(command, name);
  };

  return (
    <div>
      <div className={styles['groups']}>
        {groups
          .filter((group) => state.commands.some((command) => command.group === group))
          .map((group) => (
            <section key={group} className={styles['group']}>
              <h3 className={styles['group-title']}>{text(`group.${group}`)}</h3>
              <ul>
                {state.commands
                  .filter((command) => command.group === group)
                  .map((command) => (
                    <li key={command.id} className={styles['shortcut']}>
                      <span>
                        {text.ofData(command.title)}
                        {command.hold === undefined ? '' : ` ${text('shortcuts.hold')}`}
                      </span>
                      <button
                        type="button"
                        className={styles['assign']}
                        aria-pressed={assigning === command.id}
                        aria-label={text('shortcuts.assign', { command: text.ofData(command.title) })}
                        onClick={() => setAssigning(assigning === command.id ? null : command.id)}
                        onKeyDown={(event) => {
                          if (assigning === command.id) take(command, event);
                        }}
                        onBlur={() => setAssigning(null)}
                      >
                        {assigning === command.id
                          ? text('shortcuts.press')
                          : keysOf(command, state.keys)
                              .slice(0, 2)
                              .map((key) => <KeyCaps key={key} name={key} />)}
                      </button>
                    </li>
                  ))}
              </ul>
            </section>
          ))}
      </div>
      <div className={styles['foot']}>
        <p role="status">{said === '' ? text('shortcuts.how') : said}</p>
        <Button
          variant="default"
          disabled={Object.keys(state.keys).length === 0}
          onClick={() => preferences.change({ keys: {} })}
        >
          {text('shortcuts.reset')}
        </Button>
      </div>
    </div>
  );
}
