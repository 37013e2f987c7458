import { Button, SegmentedControl } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { COMPARE_MODES, type CompareMode, canvasLayers } from '../canvas-layers.ts';
import type { AnnotationView } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import { Section } from '../panels/section.tsx';
import { useDisplayImage } from '../pictures/use-display-image.ts';
import { type ComparableState, comparableStates, usualPair } from './comparable-states.ts';
import styles from './compare-panel.module.css';
import { ComparisonCanvas, useComparisonLayer } from './comparison-canvas.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { PromptOfState } from './prompt-of-state.tsx';
import { StateChoice } from './state-choice.tsx';
import { stateTitle } from './state-title.ts';
import { UnderPicture } from './under-picture.tsx';
import { useBlink } from './use-blink.ts';
import { type Compared, useCompared } from './use-compared.ts';
import { useSaveComparison } from './use-save-comparison.ts';

/** Any two states of the selected object, in one picture and in numbers. */
export function ComparePanel() {
  const text = useText();
  const view = useSelectedView();
  const log = useEditorState((state) => state.log);
  const annotationId = view?.annotation.id ?? null;
  const states = useMemo(
    () => (annotationId === null ? [] : comparableStates(log, annotationId)),
    [log, annotationId],
  );
  if (view === null) return <p className={styles['none']}>{text('compare.none')}</p>;
  const usual = usualPair(states, view.annotation);
  if (usual === null) return <p className={styles['none']}>{text('compare.one')}</p>;
  return <ComparedStates key={view.annotation.id} view={view} states={states} usual={usual} />;
}

interface Pair {
  readonly before: ComparableState;
  readonly after: ComparableState;
}

interface ComparedStatesProps {
  readonly view: AnnotationView;
  readonly states: readonly ComparableState[];
  readonly usual: Pair;
}

function ComparedStates({ view, states, usual }: ComparedStatesProps) {
  const text = useText();
  const log = useEditorState((state) => state.log);
  const [chosen, setChosen] = useState<{ readonly before?: string; readonly after?: string }>({});
  const find = (revision: string | undefined) =>
    states.find(({ annotation }) => annotation.revision === revision);
  const before = find(chosen.before) ?? usual.before;
  const after = find(chosen.after) ?? usual.after;
  const { compared, pending, error } = useCompared(before, after, log);
  return (
    <>
      <section className={styles['compare']} aria-label={text('compare.title')} aria-busy={pending}>
        <StateChoice states={states} before={before} after={after} onChange={setChosen} />
        {error === null ? (
          <ComparedPicture view={view} pair={{ before, after }} compared={compared} />
        ) : (
          <p className={styles['problem']} role="alert">
            {error.message}
          </p>
        )}
      </section>
      <Section
        name="compare-numbers"
        title={text('compare.numbers')}
        aside={<SaveButton view={view} pair={{ before, after }} compared={pending ? null : compared} />}
      >
        {compared === null ? null : <ComparisonTable comparison={compared.comparison} />}
      </Section>
      <Section name="compare-prompts" title={text('compare.prompts')}>
        <PromptOfState name="A" prompt={before.annotation.prompt} />
        <PromptOfState name="B" prompt={after.annotation.prompt} />
      </Section>
    </>
  );
}

interface ComparedPictureProps {
  readonly view: AnnotationView;
  readonly pair: Pair;
  readonly compared: Compared | null;
}

function ComparedPicture({ view, pair, compared }: ComparedPictureProps) {
  const text = useText();
  const imageSize = useEditorState((state) => state.image.size);
  const peek = useStore(canvasLayers, (layers) => layers.peek);
  const [wanted, setMode] = useState<CompareMode>('swipe');
  const [divider, setDivider] = useState(0.5);
  const blink = useBlink(wanted === 'blink' && !peek);
  const mode = peek ? 'blink' : wanted;
  const face = peek ? 'before' : blink.face;
  const annotationId = view.annotation.id;
  const { color } = view;
  const layer = useMemo(() => {
    if (compared === null) return null;
    const [before, after] = [compared.before?.mask ?? null, compared.after?.mask ?? null];
    return { annotationId, color, before, after, mode, divider, face, setDivider };
  }, [compared, annotationId, color, mode, divider, face]);
  useComparisonLayer(layer);
  const titles = { before: stateTitle(pair.before, text), after: stateTitle(pair.after, text) };
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={text('compare.mode')}
        value={wanted}
        onChange={(value) => setMode(value as CompareMode)}
        data={COMPARE_MODES.map((value) => ({ value, label: text(`compare.mode.${value}`) }))}
      />
      <div className={styles['frame']}>
        {layer === null || imageSize === null ? (
          <p className={styles['wait']}>{text('compare.wait')}</p>
        ) : (
          <ComparisonCanvas
            layer={layer}
            imageSize={imageSize}
            onDivider={setDivider}
            label={text('compare.picture', titles)}
          />
        )}
      </div>
      <UnderPicture
        mode={wanted}
        divider={divider}
        blink={blink}
        comparison={compared?.comparison ?? null}
        onDivider={setDivider}
      />
    </>
  );
}

function SaveButton({ view, pair, compared }: ComparedPictureProps) {
  const text = useText();
  const imageSize = useEditorState((state) => state.image.size);
  const picture = useDisplayImage();
  const save = useSaveComparison();
  return (
    <Button
      variant="subtle"
      leftSection={<IconDownload size={16} />}
      disabled={compared === null || imageSize === null || picture === null}
      onClick={() => {
        if (compared === null || imageSize === null) return;
        save({ ...pair, compared, imageSize, picture, color: view.color });
      }}
    >
      {text('compare.export')}
    </Button>
  );
}
