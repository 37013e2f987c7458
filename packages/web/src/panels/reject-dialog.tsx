import { REJECT_REASONS, type RejectReason } from '@calque/core';
import { Button, Modal, Radio, Textarea } from '@mantine/core';
import { useState } from 'react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { useEditor, useSelectedView } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { KeyCaps } from '../keyboard/key-caps.tsx';
import styles from './dialogs.module.css';

export function RejectDialog() {
  const text = useText();
  const opened = useInterface(({ dialog }) => dialog === 'reject');
  return (
    <Modal
      opened={opened}
      onClose={() => openDialog(null)}
      title={text('reject.title')}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
      size={400}
    >
      <RejectForm />
    </Modal>
  );
}

function RejectForm() {
  const text = useText();
  const editor = useEditor();
  const view = useSelectedView();
  const [reason, setReason] = useState<RejectReason>('wrong-object');
  const [note, setNote] = useState('');
  const reject = () => {
    if (view !== null) editor.reject(view.annotation.id, reason, note.trim());
    openDialog(null);
  };
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        reject();
      }}
      onKeyDown={(event) => {
        const chosen =
          event.target instanceof HTMLTextAreaElement ? undefined : REJECT_REASONS[Number(event.key) - 1];
        if (chosen !== undefined) setReason(chosen);
      }}
    >
      <Radio.Group
        value={reason}
        onChange={(value) => setReason(value as RejectReason)}
        aria-label={text('reject.title')}
      >
        {REJECT_REASONS.map((one, place) => (
          <div key={one} className={styles['choice']}>
            <Radio
              value={one}
              label={text(`reject.reason.${one}`)}
              size="xs"
              data-autofocus={one === reason || undefined}
            />
            <KeyCaps name={String(place + 1)} quiet="quiet" />
          </div>
        ))}
      </Radio.Group>
      <Textarea
        label={text('reject.note')}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={5}
      />
      <div className={styles['buttons']}>
        <Button variant="default" onClick={() => openDialog(null)}>
          {text('dialog.cancel')}
        </Button>
        <Button type="submit" className={styles['bad'] ?? ''}>
          {text('command.reject')}
        </Button>
      </div>
    </form>
  );
}
