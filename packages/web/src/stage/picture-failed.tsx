import { useStore } from 'zustand';
import { Situation } from '../app/situation.tsx';
import type { Canvas } from '../canvas/create-canvas.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './stage.module.css';

/** Says so when the picture cannot be had, with the one thing to do; and while it loads, for who cannot see it. */
export function PictureFailed({ canvas }: { readonly canvas: Canvas }) {
  const text = useText();
  const status = useStore(canvas.picture.store, (state) => state.status);
  const error = useStore(canvas.picture.store, (state) => state.error);
  if (status !== 'failed') return null;
  return (
    <div className={styles['failed']}>
      <Situation
        name="picture-failed"
        details={error?.message}
        action={text('state.again')}
        onAction={() => canvas.loadPictureAgain()}
      />
    </div>
  );
}
