import { useMediaQuery } from '@mantine/hooks';
import { useStore } from 'zustand';
import { useEditorState } from '../app/use-editor.tsx';
import type { Canvas } from '../canvas/create-canvas.ts';
import { isWithinImage } from '../canvas/gestures/within-image.ts';
import { toImage } from '../canvas/view/view-transform.ts';
import { useText } from '../i18n/use-text.ts';
import { modeHint } from './mode-hint.ts';
import styles from './stage.module.css';

/** The lowest line of the canvas: what can be done, where the pointer is, how large the image is shown. */
export function StatusLine({ canvas }: { readonly canvas: Canvas }) {
  return (
    <div className={styles['status']}>
      <Hint canvas={canvas} />
      <Place canvas={canvas} />
      <Zoom canvas={canvas} />
    </div>
  );
}

function Hint({ canvas }: { readonly canvas: Canvas }) {
  const text = useText();
  const coarse = useMediaQuery('(pointer: coarse)') === true;
  const tool = useEditorState((state) => state.tool);
  const key = useStore(canvas.interaction.store, (state) =>
    modeHint({ tool }, state, coarse ? 'coarse' : 'fine'),
  );
  return <p className={styles['hint']}>{text(key)}</p>;
}

function Place({ canvas }: { readonly canvas: Canvas }) {
  const text = useText();
  const { transform, image } = useStore(canvas.view.store);
  const pointer = useStore(canvas.interaction.store, (state) => state.crosshair ?? state.pointer);
  const reads = useStore(canvas.interaction.store, (state) => state.crosshair !== null);
  const at = pointer === null ? null : toImage(pointer, transform);
  const shown = at !== null && image !== null && isWithinImage(at, image) ? at : null;
  return (
    <p className={`${styles['place']} number`} aria-live={reads ? 'polite' : 'off'}>
      {shown === null
        ? ''
        : `${text.format.number(Math.floor(shown.x))} · ${text.format.number(Math.floor(shown.y))}`}
    </p>
  );
}

function Zoom({ canvas }: { readonly canvas: Canvas }) {
  const text = useText();
  const scale = useStore(canvas.view.store, ({ transform }) => transform.scale);
  return (
    <button
      type="button"
      className={`${styles['zoom']} number`}
      aria-label={text('canvas.zoom', { zoom: text.format.percent(scale * window.devicePixelRatio) })}
      onClick={() => canvas.view.fit()}
    >
      {text.format.percent(rounded(scale * window.devicePixelRatio))}
    </button>
  );
}

function rounded(share: number): number {
  return share < 0.1 ? Math.round(share * 1000) / 1000 : Math.round(share * 100) / 100;
}
