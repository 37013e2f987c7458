import type { Minute } from '@calque/api';
import { Button, SegmentedControl } from '@mantine/core';
import { IconLayoutGrid } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { ConnectionBanner } from '../app/connection-banner.tsx';
import pageStyles from '../app/dataset-page.module.css';
import { goTo } from '../app/route.ts';
import type { ImageList } from '../app/server-lists.ts';
import { useNavigationCommands } from '../app/workbench-commands.ts';
import { useText } from '../i18n/use-text.ts';
import { useCommands } from '../keyboard/use-commands.tsx';
import { TopBar } from '../panels/top-bar.tsx';
import { AdviceSection } from './advice-section.tsx';
import { CountsSection } from './counts-section.tsx';
import { DriftSection } from './drift-section.tsx';
import { chartData, MINUTE_CHARTS } from './minute-charts.ts';
import { momentText } from './moment-text.ts';
import styles from './monitoring-page.module.css';
import { TimeChart } from './time-chart.tsx';
import { SPANS, type Span, useMonitoring } from './use-monitoring.ts';

const noImages: ImageList = {
  images: [],
  total: 0,
  loading: false,
  error: null,
  more: false,
  loadMore: () => undefined,
};
const noMinutes: readonly Minute[] = [];

/** What the server watches of itself, of the model and of what people decide, as it happens. */
export function MonitoringPage() {
  const text = useText();
  const [span, setSpan] = useState<Span>(60);
  const { data, error, dataUpdatedAt } = useMonitoring(span);
  useCommands(useNavigationCommands(undefined, undefined, noImages));
  useEffect(() => {
    document.title = `${text('monitoring.title')} · Calque`;
  }, [text]);
  return (
    <div className={pageStyles['page']}>
      <div className={pageStyles['top']}>
        <TopBar dataset={undefined} list={noImages} image={null} editing={false} />
      </div>
      <div className={pageStyles['body']}>
        <ConnectionBanner />
        <main className={styles['page']}>
          <div className={styles['head']}>
            <h1 className={styles['title']}>{text('monitoring.title')}</h1>
            <p className={styles['say']}>
              {data === undefined
                ? ''
                : text('monitoring.since', { at: momentText(data.startedAt, text.language) })}
            </p>
            <Spans span={span} onChange={setSpan} />
            <Button
              variant="default"
              leftSection={<IconLayoutGrid size={16} />}
              onClick={() => goTo({ page: 'start' })}
            >
              {text('monitoring.back')}
            </Button>
          </div>
          {error === null ? null : (
            <p className={styles['problem']} role="alert">
              {text('monitoring.failed', { reason: error.message })}
            </p>
          )}
          <Charts minutes={data?.minutes ?? noMinutes} span={span} atMs={dataUpdatedAt} />
          <DriftSection drift={data?.drift ?? []} />
          <AdviceSection />
          <CountsSection engines={data?.engines ?? []} figures={data?.figures ?? []} />
        </main>
      </div>
    </div>
  );
}

function Spans({ span, onChange }: { readonly span: Span; readonly onChange: (span: Span) => void }) {
  const text = useText();
  return (
    <SegmentedControl
      aria-label={text('monitoring.range')}
      value={String(span)}
      data={SPANS.map((value) => ({ value: String(value), label: text(`monitoring.range.${value}`) }))}
      onChange={(value) => onChange(Number(value) as Span)}
    />
  );
}

interface ChartsProps {
  readonly minutes: readonly Minute[];
  readonly span: Span;
  /** When they were read; 0 before. */
  readonly atMs: number;
}

function Charts({ minutes, span, atMs }: ChartsProps) {
  const text = useText();
  const drawn = useMemo(() => {
    // By the clock of the server: that of this machine can be another.
    const newest = minutes.at(-1)?.at;
    const untilMs = newest === undefined ? atMs || Date.now() : Date.parse(newest);
    return MINUTE_CHARTS.map((chart) => ({
      chart,
      data: chartData(chart, minutes, { untilMs, minutes: span }),
    }));
  }, [minutes, span, atMs]);
  return (
    <section className={styles['section']} aria-labelledby="charts-title">
      <h2 id="charts-title" className={styles['heading']}>
        {text('monitoring.by-minute')}
      </h2>
      <div className={styles['charts']}>
        {drawn.map(({ chart, data }) => (
          <TimeChart key={chart.id} chart={chart} data={data} />
        ))}
      </div>
    </section>
  );
}
