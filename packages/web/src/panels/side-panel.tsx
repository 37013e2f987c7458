import { useRef } from 'react';
import { interfaceStore, type PanelTab, useInterface } from '../app/interface-state.ts';
import { ComparePlace, SensitivityPlace } from '../app/late-panels.tsx';
import { PANEL_WIDTH_PX } from '../app/preferences.ts';
import { usePreference, useServices } from '../app/services.tsx';
import { useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { CandidatesSection } from './candidates-section.tsx';
import { HistorySection } from './history-section.tsx';
import { MeasuresSection } from './measures-section.tsx';
import { ObjectsSection } from './objects-section.tsx';
import { PromptSection } from './prompt-section.tsx';
import { RefineSection } from './refine-section.tsx';
import styles from './side-panel.module.css';

const tabs: readonly PanelTab[] = ['result', 'prompt', 'compare', 'history'];

/** Objects above, and what is known of the selected one below. */
export function SidePanel() {
  const text = useText();
  const tab = useInterface((state) => state.tab);
  // What was typed and chosen belongs to an image.
  const imageId = useEditorState((state) => state.image.id);
  const choose = (next: PanelTab) => interfaceStore.setState({ tab: next });
  return (
    <div className={styles['panel']}>
      <ObjectsSection />
      <div
        className={styles['tabs']}
        role="tablist"
        aria-label={text('panel.tabs')}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
          const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
          if (by === 0 || next === undefined) return;
          event.preventDefault();
          choose(next);
          document.getElementById(`tab-${next}`)?.focus();
        }}
      >
        {tabs.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            className={styles['tab']}
            aria-selected={tab === name}
            aria-controls="panel-tab"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => choose(name)}
          >
            {text(`panel.tab.${name}`)}
          </button>
        ))}
      </div>
      <div
        id="panel-tab"
        className={styles['body']}
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        tabIndex={-1}
      >
        {tab === 'result' ? (
          <>
            <CandidatesSection />
            <MeasuresSection />
            <RefineSection />
          </>
        ) : null}
        {tab === 'prompt' ? (
          <>
            <PromptSection key={imageId} />
            <SensitivityPlace key={imageId} />
          </>
        ) : null}
        {tab === 'compare' ? <ComparePlace key={imageId} /> : null}
        {tab === 'history' ? <HistorySection /> : null}
      </div>
    </div>
  );
}

const keyStepPx = 16;

/** The edge between canvas and panel: dragged, or moved by arrow keys. */
export function PanelEdge() {
  const text = useText();
  const { preferences } = useServices();
  const widthPx = usePreference('panelWidthPx');
  const start = useRef<{ readonly x: number; readonly widthPx: number } | null>(null);
  const resize = (wanted: number) => {
    const within = Math.min(PANEL_WIDTH_PX.most, Math.max(PANEL_WIDTH_PX.least, wanted));
    preferences.change({ panelWidthPx: Math.round(within) });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a splitter is a separator that can be focused, which hr is not
    <div
      className={styles['edge']}
      role="separator"
      aria-orientation="vertical"
      aria-label={text('panel.resize')}
      aria-valuenow={widthPx}
      aria-valuemin={PANEL_WIDTH_PX.least}
      aria-valuemax={PANEL_WIDTH_PX.most}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, widthPx };
      }}
      onPointerMove={(event) => {
        if (start.current !== null) resize(start.current.widthPx + start.current.x - event.clientX);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => resize(PANEL_WIDTH_PX.usual)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') resize(widthPx + keyStepPx);
        else if (event.key === 'ArrowRight') resize(widthPx - keyStepPx);
        else return;
        event.preventDefault();
      }}
    />
  );
}

const sheetOrder = ['peek', 'half', 'full'] as const;
const swipePx = 24;

/** On a phone the panel is a sheet over the canvas: its handle is dragged, or tapped for the next height. */
export function SheetHandle() {
  const text = useText();
  const sheet = useInterface((state) => state.sheet);
  const from = useRef<number | null>(null);
  const at = sheetOrder.indexOf(sheet);
  const set = (place: number) => {
    const next = sheetOrder[Math.min(2, Math.max(0, place))];
    if (next !== undefined) interfaceStore.setState({ sheet: next });
  };
  return (
    <button
      type="button"
      className={styles['handle']}
      aria-label={text('panel.sheet')}
      aria-expanded={sheet !== 'peek'}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = event.clientY;
      }}
      onPointerUp={(event) => {
        const moved = event.clientY - (from.current ?? event.clientY);
        from.current = null;
        if (Math.abs(moved) < swipePx) set(sheet === 'peek' ? 1 : at === 1 ? 2 : 0);
        else set(at + (moved < 0 ? 1 : -1));
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowUp' || event.key === 'Enter') set(at + 1);
        else if (event.key === 'ArrowDown') set(at - 1);
        else return;
        event.preventDefault();
      }}
    >
      <span />
    </button>
  );
}
