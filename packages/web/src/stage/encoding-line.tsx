import { useEffect, useState } from 'react';
import { useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { encodingProgress } from './encoding-progress.ts';
import styles from './stage.module.css';

const TICK_MS = 200;

/** How far the image is encoded: a thin bar on the canvas's edge, and a line with the stage and the time left. */
export function EncodingLine() {
  const text = useText();
  const embedding = useEditorState((state) => state.embedding);
  const sinceMs = useTimeSince(embedding);
  const progress = encodingProgress(embedding, sinceMs);
  if (progress === null) return null;
  const { stage, share, leftS } = progress;
  const percent = share === null ? null : Math.round(share * 100);
  return (
    <div className={styles['encoding']}>
      <div
        className={styles['bar']}
        role="progressbar"
        aria-label={text(stage)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
      >
        <span
          className={styles['filled']}
          data-unknown={percent === null || undefined}
          style={{ transform: `scaleX(${share ?? 1})` }}
        />
      </div>
      <p className={`${styles['said']} number`}>
        {text(stage)}
        {leftS === null ? null : (
          <span className={styles['left']}>{text('encoding.left', { count: leftS })}</span>
        )}
      </p>
    </div>
  );
}

/** Milliseconds since the value was another, counted while the component is there. */
function useTimeSince(value: unknown): number {
  const [state, setState] = useState({ value, atMs: performance.now(), nowMs: performance.now() });
  useEffect(() => {
    const atMs = performance.now();
    setState({ value, atMs, nowMs: atMs });
    const timer = setInterval(() => setState({ value, atMs, nowMs: performance.now() }), TICK_MS);
    return () => clearInterval(timer);
  }, [value]);
  return state.value === value ? state.nowMs - state.atMs : 0;
}
