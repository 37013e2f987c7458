import type { AnnotationPrompt } from '@calque/core';
import { useText } from '../i18n/use-text.ts';
import styles from './compare-panel.module.css';
import { cornersText } from './state-title.ts';

interface PromptOfStateProps {
  readonly name: 'A' | 'B';
  readonly prompt: AnnotationPrompt;
}

/** What the model was asked in one of the states: box, and points with coordinates and labels. */
export function PromptOfState({ name, prompt }: PromptOfStateProps) {
  const text = useText();
  const { box, points, maskId } = prompt;
  const parts = [
    box === null ? text('compare.no-box') : text('compare.box', { corners: cornersText(box) }),
    ...(points.length === 0 ? [text('compare.no-points')] : []),
    ...(maskId === null ? [] : [text('compare.with-mask')]),
  ];
  return (
    <div className={styles['prompt']}>
      <p className={`${styles['promptHead']} number`}>
        <span className={styles['badge']}>{name}</span>
        {parts.join(' · ')}
      </p>
      {points.length === 0 ? null : (
        <ol className={styles['points']}>
          {points.map(({ id, x, y, label, enabled }) => (
            <li key={id} className={styles['point']} data-off={!enabled || undefined}>
              <span className={styles['glyph']} data-label={label} aria-hidden="true">
                {label === 'foreground' ? '+' : '−'}
              </span>
              <span>{text(`prompt.point.${label}`)}</span>
              {enabled ? null : <span className="unit">{text('compare.point-off')}</span>}
              <span className={`${styles['at']} number`}>
                {text.format.fixed(x, 1)} · {text.format.fixed(y, 1)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
