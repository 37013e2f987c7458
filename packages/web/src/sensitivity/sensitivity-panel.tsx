import type { WireSensitivity } from '@calque/api';
import { FAMILY_LIMITS } from '@calque/core';
import { Button, NumberInput, Progress, Switch } from '@mantine/core';
import { IconDownload, IconPlayerStop, IconRulerMeasure } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { usePreference, useServices } from '../app/services.tsx';
import { useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { canvasLayers } from '../canvas-layers.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../panels/icon-button.tsx';
import { announce } from '../panels/live-region.tsx';
import { Section } from '../panels/section.tsx';
import { heatLayerOf } from './heat-layer-of.ts';
import { readingText } from './reading-text.ts';
import { OutcomeTable, SpreadTable } from './sensitivity-numbers.tsx';
import styles from './sensitivity-panel.module.css';
import { SensitivityPlots } from './sensitivity-plots.tsx';
import { type NotMeasurable, sensitivityQuestionOf } from './sensitivity-question.ts';
import { sensitivityWish } from './sensitivity-wish.ts';
import { type Measuring, useMeasuring } from './use-measuring.ts';
import { useRecordedSensitivity } from './use-recorded-sensitivity.ts';
import { useSaveSensitivity } from './use-save-sensitivity.ts';

/** How much the mask of the selected object depends on its exact box. */
export function SensitivityPanel() {
  const text = useText();
  const view = useSelectedView();
  const { preferences } = useServices();
  const folded = usePreference('folded');
  const family = usePreference('sensitivityFamily');
  const question = sensitivityQuestionOf(view);
  const measuring = useMeasuring(typeof question === 'string' ? null : question.key);
  const made = useRecordedSensitivity(view);
  const save = useSaveSensitivity();
  const { asked, answered } = useStore(sensitivityWish);
  const start = () => {
    if (typeof question !== 'string') measuring.start(question, family);
  };
  useEffect(() => {
    // A mask that is not there yet will be.
    if (asked === answered || question === 'no-mask') return undefined;
    // Not before this panel stays: what begins while it is only tried out is given up with it.
    const timer = setTimeout(() => {
      sensitivityWish.setState({ answered: asked });
      preferences.change({ folded: folded.filter((name) => name !== 'sensitivity') });
      start();
    });
    return () => clearTimeout(timer);
  });
  useShownWhenAsked(answered, made?.id ?? null);
  const sentence = made === null ? '' : readingText(made.sensitivity, text);
  useAnnouncedReading(made, sentence);
  return (
    <Section
      name="sensitivity"
      title={text('sensitivity.title')}
      aside={
        <IconButton
          label={text('sensitivity.save')}
          icon={<IconDownload size={16} />}
          size={28}
          disabled={made === null}
          onClick={() => {
            if (made !== null && view !== null) save({ made, name: view.annotation.name, sentence });
          }}
        />
      }
    >
      <FamilyFields />
      <MeasureButton question={question} measuring={measuring} again={made !== null} onStart={start} />
      {measuring.error === null ? null : (
        <p className={styles['problem']} role="alert">
          {measuring.error.message}
        </p>
      )}
      {made === null ? (
        <p className={styles['say']}>{emptyText(question, text)}</p>
      ) : (
        <Result made={made} sentence={sentence} />
      )}
      {view?.annotation.locked === true ? (
        <p className={styles['say']}>{text('sensitivity.locked')}</p>
      ) : null}
    </Section>
  );
}

function emptyText(
  question: ReturnType<typeof sensitivityQuestionOf>,
  text: ReturnType<typeof useText>,
): string {
  if (typeof question !== 'string') return text('sensitivity.none');
  const key: NotMeasurable = question;
  return text(`sensitivity.${key}`);
}

/** Where the key was pressed, the section is brought into view, and once more when the result makes it longer. */
function useShownWhenAsked(answered: number, madeId: string | null): void {
  const shown = useRef(0);
  useEffect(() => {
    if (answered === 0 || (shown.current === answered && madeId === null)) return;
    shown.current = answered;
    document.querySelector('[data-section="sensitivity"]')?.scrollIntoView({ block: 'start' });
  }, [answered, madeId]);
}

/** Reads out what was measured, and not what an earlier visit recorded. */
function useAnnouncedReading(made: WireSensitivity | null, sentence: string): void {
  const opened = useRef(new Date().toISOString());
  const id = made?.id ?? null;
  const isNew = made !== null && made.createdAt > opened.current;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a measurement, whatever the language becomes
  useEffect(() => {
    if (isNew) announce(sentence);
  }, [id, isNew]);
}

function FamilyFields() {
  const text = useText();
  const { preferences } = useServices();
  const family = usePreference('sensitivityFamily');
  const { count, range } = FAMILY_LIMITS;
  const change = (changes: Partial<typeof family>) =>
    preferences.change({ sensitivityFamily: { ...family, ...changes } });
  return (
    <div className={styles['fields']}>
      <NumberInput
        size="xs"
        label={text('sensitivity.count')}
        value={family.count}
        min={count.least}
        max={count.most}
        step={6}
        allowDecimal={false}
        clampBehavior="blur"
        onChange={(value) => {
          if (typeof value === 'number' && value >= count.least && value <= count.most)
            change({ count: value });
        }}
      />
      <NumberInput
        size="xs"
        label={text('sensitivity.range')}
        value={Math.round(family.range * 1000) / 10}
        min={range.least * 100}
        max={range.most * 100}
        step={5}
        suffix=" %"
        decimalSeparator={text.language === 'fr' ? ',' : '.'}
        decimalScale={1}
        clampBehavior="blur"
        onChange={(value) => {
          const share = typeof value === 'number' ? value / 100 : 0;
          if (share >= range.least && share <= range.most) change({ range: share });
        }}
      />
    </div>
  );
}

interface MeasureButtonProps {
  readonly question: ReturnType<typeof sensitivityQuestionOf>;
  readonly measuring: Measuring;
  readonly again: boolean;
  onStart(): void;
}

/** The bar has its place also while nothing runs, so that nothing jumps. */
function MeasureButton({ question, measuring, again, onStart }: MeasureButtonProps) {
  const text = useText();
  const status = useEditorState((state) => state.embedding?.status ?? 'none');
  const { progress } = measuring;
  const share = progress === null ? 0 : progress.done / progress.total;
  const waits = progress !== null && progress.done === 0 && status !== 'ready';
  return (
    <div className={styles['measure']}>
      {progress === null ? (
        <Button
          fullWidth
          variant={again ? 'default' : 'filled'}
          leftSection={<IconRulerMeasure size={16} />}
          disabled={typeof question === 'string'}
          onClick={onStart}
        >
          {text(again ? 'sensitivity.again' : 'sensitivity.measure')}
        </Button>
      ) : (
        <Button
          fullWidth
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          onClick={() => measuring.cancel()}
        >
          {waits ? text('sensitivity.waiting') : text('sensitivity.cancel', progress)}
        </Button>
      )}
      <Progress
        size={3}
        value={100 * share}
        aria-label={text('sensitivity.progress')}
        style={{ visibility: progress === null ? 'hidden' : 'visible' }}
      />
    </div>
  );
}

interface ResultProps {
  readonly made: WireSensitivity;
  readonly sentence: string;
}

function Result({ made, sentence }: ResultProps) {
  const text = useText();
  const [shown, setShown] = useState(true);
  const heat = useMemo(() => heatLayerOf(made), [made]);
  useEffect(() => {
    canvasLayers.setState({ heat: shown ? heat : null });
    return () => canvasLayers.setState({ heat: null });
  }, [heat, shown]);
  const { count, range } = made.family;
  return (
    <div className={styles['result']}>
      <p className={styles['reading']} data-finding={made.sensitivity.reading.finding}>
        {sentence}
      </p>
      <p className={styles['say']}>
        {text('sensitivity.of', { boxes: count, range: text.format.percent(range) })}
      </p>
      <Switch
        size="xs"
        label={text(heat === null ? 'sensitivity.heat.none' : 'sensitivity.heat')}
        checked={shown && heat !== null}
        disabled={heat === null}
        onChange={(event) => setShown(event.currentTarget.checked)}
      />
      <SensitivityPlots made={made} />
      <SpreadTable made={made} />
      <OutcomeTable made={made} />
    </div>
  );
}
