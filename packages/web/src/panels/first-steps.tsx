import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { usePreference, useServices } from '../app/services.tsx';
import { useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './first-steps.module.css';
import { IconButton } from './icon-button.tsx';

const steps = ['prompt', 'correct', 'accept'] as const;

/** Three steps for the first mask; each goes with use, and all of them for good once they are done. */
export function FirstSteps() {
  const text = useText();
  const { preferences } = useServices();
  const seen = usePreference('hintsSeen');
  const views = useEditorState((state) => state.views);
  const prompts = views.map(({ annotation }) => annotation.prompt);
  const done = {
    prompt: prompts.some(({ box, points }) => box !== null || points.length > 0),
    correct: prompts.some(({ box, points }) => points.length > (box === null ? 1 : 0)),
    accept: views.some(({ annotation }) => annotation.review.status === 'accepted'),
  };
  const newlyDone = steps.filter((step) => done[step] && !seen.includes(`first-${step}`));
  const finished = steps.every((step) => seen.includes(`first-${step}`)) || seen.includes('first-steps');
  const key = newlyDone.join();

  useEffect(() => {
    if (key === '' || finished) return;
    preferences.change({ hintsSeen: [...seen, ...key.split(',').map((step) => `first-${step}`)] });
  }, [key, finished, seen, preferences]);

  if (finished) return null;
  return (
    <section className={styles['card']} aria-label={text('first.title')}>
      <div className={styles['head']}>
        <h2>{text('first.title')}</h2>
        <IconButton
          label={text('first.dismiss')}
          icon={<IconX size={16} />}
          size={28}
          tip="top"
          onClick={() => preferences.change({ hintsSeen: [...seen, 'first-steps'] })}
        />
      </div>
      <ol className={styles['steps']}>
        {steps.map((step, place) => {
          const ticked = seen.includes(`first-${step}`);
          return (
            <li key={step} className={styles['step']} data-done={ticked || undefined}>
              <span className={styles['number']}>
                {ticked ? <IconCheck size={12} stroke={3} /> : place + 1}
              </span>
              {text(`first.${step}`)}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
