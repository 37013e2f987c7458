import { Modal } from '@mantine/core';
import { useId, useMemo, useState } from 'react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { useText } from '../i18n/use-text.ts';
import styles from '../panels/dialogs.module.css';
import type { Command } from './command.ts';
import { isEnabled, keysOf } from './command-registry.ts';
import { KeyCaps } from './key-caps.tsx';
import { useRegistry, useRegistryState } from './use-commands.tsx';

export function CommandPalette() {
  const text = useText();
  const opened = useInterface(({ dialog }) => dialog === 'palette');
  return (
    <Modal.Root
      opened={opened}
      onClose={() => openDialog(null)}
      padding={0}
      size={520}
      centered={false}
      yOffset="12vh"
    >
      <Modal.Overlay />
      <Modal.Content aria-label={text('command.palette')}>
        <Palette />
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette() {
  const text = useText();
  const registry = useRegistry();
  const { commands, keys } = useRegistryState();
  const [query, setQuery] = useState('');
  const [place, setPlace] = useState(0);
  const id = useId();
  const found = useMemo(() => matching(commands, query, text.ofData), [commands, query, text]);
  const run = (command: Command | undefined) => {
    if (command === undefined || !isEnabled(command)) return;
    openDialog(null);
    // After the dialog gave the focus back, so that a command can move it.
    setTimeout(() => registry.run(command.id));
  };
  const move = (by: number) => {
    const next = Math.min(found.length - 1, Math.max(0, place + by));
    setPlace(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      <input
        className={styles['search']}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${place}`}
        aria-label={text('palette.search')}
        placeholder={text('palette.search')}
        value={query}
        data-autofocus
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') move(1);
          else if (event.key === 'ArrowUp') move(-1);
          else if (event.key === 'Enter') run(found[place]);
          else return;
          event.preventDefault();
        }}
      />
      <div className={styles['results']} id={id} role="listbox" aria-label={text('command.palette')}>
        {found.map((command, at) => (
          <div
            key={command.id}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            className={styles['result']}
            aria-selected={at === place}
            aria-disabled={!isEnabled(command)}
            onMouseMove={() => setPlace(at)}
            onClick={() => run(command)}
            onKeyDown={() => undefined}
          >
            <span>{text.ofData(command.title)}</span>
            <span>{text(`group.${command.group}`)}</span>
            {keysOf(command, keys)
              .slice(0, 1)
              .map((key) => (
                <KeyCaps key={key} name={key} quiet="quiet" />
              ))}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className={styles['nothing']}>{text('palette.nothing')}</p> : null}
    </>
  );
}

function matching(
  commands: readonly Command[],
  query: string,
  titleOf: (key: string) => string,
): readonly Command[] {
  const words = plain(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  return commands.filter((command) => {
    const title = plain(titleOf(command.title));
    return command.id !== 'palette' && words.every((word) => title.includes(word));
  });
}

/** Without case and accents: `reinitialiser` finds « Réinitialiser ». */
function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
