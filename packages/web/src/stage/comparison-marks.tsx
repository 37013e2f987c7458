import { useRef } from 'react';
import { useStore } from 'zustand';
import { type ComparisonLayer, canvasLayers } from '../canvas-layers.ts';
import { DIFFERENCE_COLORS } from '../compare/draw-comparison.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './stage.module.css';

/** What the canvas cannot say by itself about the two states on it: which is which, and a divider to be moved. */
export function ComparisonMarks() {
  const comparison = useStore(canvasLayers, (layers) => layers.comparison);
  if (comparison === null) return null;
  switch (comparison.mode) {
    case 'swipe':
      return (
        <>
          <Mark side="left" name="A" label="compare.before" />
          <Mark side="right" name="B" label="compare.after" />
          <Divider comparison={comparison} />
        </>
      );
    case 'side':
      return (
        <>
          <Mark side="left" name="A" label="compare.before" />
          <Mark side="middle" name="B" label="compare.after" />
        </>
      );
    case 'blink':
      return comparison.face === 'before' ? (
        <Mark side="left" name="A" label="compare.before" />
      ) : (
        <Mark side="left" name="B" label="compare.after" />
      );
    case 'difference':
      return <Legend />;
  }
}

interface MarkProps {
  readonly side: 'left' | 'middle' | 'right';
  readonly name: 'A' | 'B';
  readonly label: 'compare.before' | 'compare.after';
}

function Mark({ side, label }: MarkProps) {
  const text = useText();
  return (
    <span className={styles['mark']} data-side={side}>
      {text(label)}
    </span>
  );
}

const STEP = 0.02;

/** A line that a pointer drags and arrows move. */
function Divider({ comparison }: { readonly comparison: ComparisonLayer }) {
  const text = useText();
  const handle = useRef<HTMLDivElement>(null);
  const { divider, setDivider } = comparison;
  const to = (share: number) => setDivider(Math.min(1, Math.max(0, share)));
  const follow = ({ clientX }: { readonly clientX: number }) => {
    const stage = handle.current?.parentElement?.getBoundingClientRect();
    if (stage !== undefined) to((clientX - stage.left) / stage.width);
  };
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: divider - STEP,
    ArrowDown: divider - STEP,
    ArrowRight: divider + STEP,
    ArrowUp: divider + STEP,
    PageDown: divider - 5 * STEP,
    PageUp: divider + 5 * STEP,
    Home: 0,
    End: 1,
  };
  return (
    <div
      ref={handle}
      className={styles['divider']}
      style={{ left: `${divider * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={text('compare.divider')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(divider * 100)}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
      onKeyDown={(event) => {
        const wanted = steps[event.key];
        if (wanted === undefined) return;
        event.preventDefault();
        to(wanted);
      }}
    >
      <span className={styles['grip']} aria-hidden="true" />
    </div>
  );
}

/** What the colours of the heat map mean. */
export function HeatLegend() {
  const text = useText();
  const isShown = useStore(canvasLayers, ({ heat, comparison }) => heat !== null && comparison === null);
  if (!isShown) return null;
  return (
    <p className={styles['legend']}>
      {text('heat.less')}
      <span className={styles['ramp']} />
      {text('heat.more')}
    </p>
  );
}

function Legend() {
  const text = useText();
  return (
    <ul className={styles['legend']}>
      {(['gained', 'lost', 'kept'] as const).map((name) => (
        <li key={name} className={styles['entry']}>
          <span className={styles['swatch']} style={{ background: DIFFERENCE_COLORS[name] }} />
          {text(`compare.${name}`)}
        </li>
      ))}
    </ul>
  );
}
