import type { StepEntry } from '@calque/core';
import { useEffect, useRef } from 'react';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import { type Text, useText } from '../i18n/use-text.ts';
import styles from './history-section.module.css';

/** Everything that was done, newest last; a click goes back to there, and forward again. */
export function HistorySection() {
  const text = useText();
  const editor = useEditor();
  const done = useEditorState((state) => state.document.done);
  const undone = useEditorState((state) => state.document.undone);
  const list = useRef<HTMLOListElement>(null);

  const newest = done.length;
  useEffect(() => {
    list.current?.children[newest]?.scrollIntoView({ block: 'nearest' });
  }, [newest]);

  const goBackTo = (count: number) => {
    for (let left = done.length; left > count; left--) editor.undo();
  };
  const goForwardTo = (count: number) => {
    for (let at = done.length; at < count; at++) editor.redo();
  };
  const later = undone.toReversed();
  return (
    <section className={styles['history']} aria-label={text('history.title')}>
      <ol className={styles['list']} ref={list}>
        <Step
          label={text('history.start')}
          object=""
          time=""
          current={done.length === 0}
          onClick={() => goBackTo(0)}
        />
        {done.map((step, place) => (
          <Step
            key={step.id}
            label={text(`gesture.${step.gesture}`)}
            object={objectOf(step, text)}
            time={text.format.time(step.at)}
            current={place === done.length - 1}
            onClick={() => goBackTo(place + 1)}
          />
        ))}
        {later.map((step, place) => (
          <Step
            key={step.id}
            label={text(`gesture.${step.gesture}`)}
            object={objectOf(step, text)}
            time={text.format.time(step.at)}
            current={false}
            undone
            onClick={() => goForwardTo(done.length + place + 1)}
          />
        ))}
      </ol>
      <p className={styles['how']}>{text('history.how')}</p>
    </section>
  );
}

interface StepProps {
  readonly label: string;
  readonly object: string;
  readonly time: string;
  readonly current: boolean;
  readonly undone?: boolean;
  onClick(): void;
}

function Step({ label, object, time, current, undone = false, onClick }: StepProps) {
  return (
    <li>
      <button
        type="button"
        className={styles['step']}
        aria-current={current ? 'step' : undefined}
        data-undone={undone || undefined}
        onClick={onClick}
      >
        <span className={styles['label']}>{label}</span>
        <span className={styles['object']}>{object}</span>
        <span className={`${styles['time']} number`}>{time}</span>
      </button>
    </li>
  );
}

/** What it was done to, and by whom, where people have accounts. */
function objectOf(step: StepEntry, text: Text): string {
  const [change] = step.changes;
  const several = step.changes.length > 1;
  const object = several
    ? text('history.several', { count: step.changes.length })
    : ((change?.after ?? change?.before)?.name ?? '');
  return [object, step.by ?? ''].filter((part) => part !== '').join(' · ');
}
