import type { WireLabel } from '@calque/api';
import { Button, Modal, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { useLabels } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './dialogs.module.css';
import { IconButton } from './icon-button.tsx';

/** Okabe and Ito's colours, which stay distinct for colour-blind eyes. */
const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#7f3c8d'];

export function LabelsDialog({ datasetId }: { datasetId: string }) {
  const text = useText();
  const opened = useInterface(({ dialog }) => dialog === 'labels');
  const labels = useLabels(datasetId);
  return (
    <Modal
      opened={opened}
      onClose={() => openDialog(null)}
      title={text('labels.edit')}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
      size={400}
    >
      <LabelsForm datasetId={datasetId} labels={labels} />
    </Modal>
  );
}

function LabelsForm({ datasetId, labels }: { datasetId: string; labels: readonly WireLabel[] }) {
  const text = useText();
  const { client } = useServices();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<readonly WireLabel[]>(labels);
  const [error, setError] = useState<string | null>(null);
  const change = (id: string, changes: Partial<WireLabel>) =>
    setDraft(draft.map((label) => (label.id === id ? { ...label, ...changes } : label)));
  const add = () => {
    const color = palette[draft.length % palette.length] ?? '#0072b2';
    setDraft([...draft, { id: crypto.randomUUID(), name: '', color }]);
  };
  const save = async () => {
    const named = draft
      .map((label) => ({ ...label, name: label.name.trim() }))
      .filter(({ name }) => name !== '');
    try {
      const saved = await client.call('writeLabels', { params: { datasetId }, body: named });
      queries.setQueryData(['labels', datasetId], saved);
      openDialog(null);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <ul className={styles['labels']}>
        {draft.map((label, place) => (
          <li key={label.id} className={styles['label']}>
            <input
              type="color"
              className={styles['color']}
              aria-label={text('labels.color', { place: place + 1 })}
              value={label.color}
              onChange={(event) => change(label.id, { color: event.currentTarget.value })}
            />
            <TextInput
              className={styles['grow'] ?? ''}
              aria-label={text('labels.name', { place: place + 1 })}
              placeholder={text('labels.placeholder')}
              value={label.name}
              maxLength={100}
              onChange={(event) => change(label.id, { name: event.currentTarget.value })}
              data-autofocus={place === draft.length - 1 || undefined}
            />
            <IconButton
              label={text('labels.delete', { place: place + 1 })}
              icon={<IconTrash size={16} />}
              onClick={() => setDraft(draft.filter(({ id }) => id !== label.id))}
            />
          </li>
        ))}
      </ul>
      <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
        {text('labels.add')}
      </Button>
      <p className={styles['error']} role="alert">
        {error}
      </p>
      <div className={styles['buttons']}>
        <Button variant="default" onClick={() => openDialog(null)}>
          {text('dialog.cancel')}
        </Button>
        <Button type="submit">{text('dialog.save')}</Button>
      </div>
    </form>
  );
}
