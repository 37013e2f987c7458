import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { selectedView, useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './live-region.module.css';
import { shownScore } from './measured-values.ts';

const said = createStore<{ readonly text: string; readonly at: number }>(() => ({ text: '', at: 0 }));
const shownMs = 4000;

/** Says something to everybody: read out by screen readers, shown for a moment. */
export function announce(text: string): void {
  said.setState({ text, at: performance.now() });
}

export function LiveRegion() {
  const { text, at } = useStore(said);
  useEffect(() => {
    if (text === '') return;
    const timer = setTimeout(() => said.setState({ text: '', at }), shownMs);
    return () => clearTimeout(timer);
  }, [text, at]);
  return (
    <div className={styles['toast']} role="status" aria-live="polite" data-empty={text === '' || undefined}>
      {text}
    </div>
  );
}

/** Reads out the mask in effect, for those who do not see it appear. */
export function MaskAnnouncer() {
  const text = useText();
  const view = useEditorState(selectedView);
  const mask = view?.mask ?? null;
  const score = view === null ? null : shownScore(view);
  const sentence =
    mask === null || view?.pending === true
      ? ''
      : score === null
        ? text('live.mask', { area: mask.measures.areaPx })
        : text('live.mask-scored', { score: text.format.fixed(score, 2), area: mask.measures.areaPx });
  return (
    <div className={styles['hidden']} role="status" aria-live="polite">
      {sentence}
    </div>
  );
}
