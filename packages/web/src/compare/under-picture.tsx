import { Slider, UnstyledButton } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { CompareMode } from '../canvas-layers.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../panels/icon-button.tsx';
import styles from './compare-panel.module.css';
import type { Comparison } from './comparison.ts';
import { DIFFERENCE_COLORS } from './draw-comparison.ts';
import type { Blink } from './use-blink.ts';

interface UnderPictureProps {
  readonly mode: CompareMode;
  readonly divider: number;
  readonly blink: Blink;
  readonly comparison: Comparison | null;
  onDivider(divider: number): void;
}

/** One line that says what is where, and moves it without a pointer. Always as high, so that nothing jumps. */
export function UnderPicture({ mode, divider, blink, comparison, onDivider }: UnderPictureProps) {
  const text = useText();
  return (
    <div className={styles['under']}>
      {mode === 'swipe' || mode === 'side' ? <span className={styles['badge']}>A</span> : null}
      {mode === 'swipe' ? (
        <Slider
          className={styles['slider'] ?? ''}
          size="xs"
          label={null}
          thumbLabel={text('compare.divider')}
          value={Math.round(divider * 100)}
          onChange={(value) => onDivider(value / 100)}
        />
      ) : null}
      {mode === 'side' ? <span className={styles['between']} /> : null}
      {mode === 'swipe' || mode === 'side' ? <span className={styles['badge']}>B</span> : null}
      {mode === 'blink' ? <BlinkControls blink={blink} /> : null}
      {mode === 'difference' ? <Legend comparison={comparison} /> : null}
    </div>
  );
}

function BlinkControls({ blink }: { readonly blink: Blink }) {
  const text = useText();
  return (
    <>
      <IconButton
        label={text(blink.running ? 'compare.pause' : 'compare.play')}
        icon={blink.running ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
        size={28}
        onClick={() => blink.toggle()}
      />
      <UnstyledButton
        className={styles['face'] ?? ''}
        aria-label={text('compare.other')}
        onClick={() => blink.turn()}
      >
        {(['before', 'after'] as const).map((face) => (
          <span key={face} data-on={blink.face === face || undefined}>
            {text(`compare.${face}`)}
          </span>
        ))}
      </UnstyledButton>
    </>
  );
}

function Legend({ comparison }: { readonly comparison: Comparison | null }) {
  const text = useText();
  return (
    <ul className={styles['legend']}>
      {(['gained', 'lost', 'kept'] as const).map((name) => (
        <li key={name}>
          <span className={styles['swatch']} style={{ background: DIFFERENCE_COLORS[name] }} />
          {text(`compare.${name}`)}
          <span className="number unit">
            {comparison === null ? '' : text.format.number(comparison[`${name}Px`])}
          </span>
        </li>
      ))}
    </ul>
  );
}
