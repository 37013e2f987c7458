import { IconArrowRight, IconCheck, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { KeyCaps } from '../keyboard/key-caps.tsx';
import { useKeyOf, useRegistry } from '../keyboard/use-commands.tsx';
import styles from './review-bar.module.css';

/** The decision about the selected object, and on to the next image: over the canvas, where the eyes are. */
export function ReviewBar({ hasNext }: { hasNext: boolean }) {
  const text = useText();
  const view = useSelectedView();
  const nothing = useEditorState((state) => state.views.length === 0);
  const status = view?.annotation.review.status;
  return (
    <div className={styles['bar']} role="toolbar" aria-label={text('review.title')}>
      <ReviewButton
        command="accept"
        label={text(status === 'accepted' ? 'review.accepted' : 'command.accept')}
        icon={<IconCheck size={18} stroke={2.2} />}
        tone="good"
        pressed={status === 'accepted'}
        disabled={view?.mask == null}
      />
      <ReviewButton
        command="reject"
        label={text(status === 'rejected' ? 'review.rejected' : 'command.reject')}
        icon={<IconX size={18} stroke={2.2} />}
        tone="bad"
        pressed={status === 'rejected'}
        disabled={view === null}
      />
      <ReviewButton
        command="next-image"
        label={text(nothing ? 'review.skip' : 'review.next')}
        icon={<IconArrowRight size={18} stroke={2} />}
        tone="plain"
        disabled={!hasNext}
      />
    </div>
  );
}

interface ReviewButtonProps {
  readonly command: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly tone: 'good' | 'bad' | 'plain';
  readonly pressed?: boolean;
  readonly disabled: boolean;
}

function ReviewButton({ command, label, icon, tone, pressed, disabled }: ReviewButtonProps) {
  const registry = useRegistry();
  const key = useKeyOf(command);
  return (
    <button
      type="button"
      className={styles['button']}
      data-tone={tone}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={() => registry.run(command)}
    >
      {icon}
      <span>{label}</span>
      {key === undefined ? null : <KeyCaps name={key} />}
    </button>
  );
}
