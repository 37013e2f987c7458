import { Button, Menu, SegmentedControl, TextInput } from '@mantine/core';
import { IconDownload, IconLayoutGrid, IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { ConnectionBanner } from '../app/connection-banner.tsx';
import pageStyles from '../app/dataset-page.module.css';
import { everyImage } from '../app/interface-state.ts';
import { goTo, hrefOf } from '../app/route.ts';
import { useDataset, useImageList } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { useNavigationCommands } from '../app/workbench-commands.ts';
import { useText } from '../i18n/use-text.ts';
import { useCommands } from '../keyboard/use-commands.tsx';
import { TopBar } from '../panels/top-bar.tsx';
import { measureColumns } from './measure-columns.ts';
import { MeasuresGrid } from './measures-grid.tsx';
import styles from './measures-page.module.css';
import { type MeasuresState, useMeasures } from './use-measures.ts';
import { type RowFilter, type RowOrder, visibleRows } from './visible-rows.ts';

/** The table of measures of a dataset: every object with a mask, to sort, search and export. */
export function MeasuresPage({ datasetId }: { datasetId: string }) {
  const text = useText();
  const dataset = useDataset(datasetId);
  const list = useImageList(datasetId, { search: '', unreviewedOnly: false, choice: everyImage });
  const measures = useMeasures(datasetId);
  const [filter, setFilter] = useState<RowFilter>({ search: '', review: 'all' });
  const [order, setOrder] = useState<RowOrder | null>(null);
  const calibration = dataset?.calibration ?? null;
  const columns = useMemo(() => measureColumns(calibration), [calibration]);
  // Typing stays quick while a hundred thousand rows are looked through.
  const wanted = useDeferredValue(filter);
  const rows = useMemo(
    () => visibleRows(measures.rows, wanted, order, columns),
    [measures.rows, wanted, order, columns],
  );
  useCommands(useNavigationCommands(datasetId, undefined, list));
  useEffect(() => {
    document.title = `${text('table.title')} · ${dataset?.name ?? ''} · Calque`;
  }, [text, dataset?.name]);
  return (
    <div className={pageStyles['page']}>
      <div className={pageStyles['top']}>
        <TopBar dataset={dataset} list={list} image={null} editing={false} />
      </div>
      <div className={pageStyles['body']}>
        <ConnectionBanner />
        <main className={styles['table']}>
          <div className={styles['head']}>
            <h1 className={styles['title']}>{text('table.title')}</h1>
            <p className={styles['counts']} aria-live="polite">
              <Counts measures={measures} shown={rows.length} />
            </p>
            <Filters filter={filter} onChange={setFilter} />
            <Actions datasetId={datasetId} />
          </div>
          <Message measures={measures} shown={rows.length} />
          <MeasuresGrid
            datasetId={datasetId}
            rows={rows}
            columns={columns}
            order={order}
            onOrder={setOrder}
          />
          <p className={styles['hint']}>{text('table.hint')}</p>
        </main>
      </div>
    </div>
  );
}

function Counts({ measures, shown }: { measures: MeasuresState; shown: number }) {
  const text = useText();
  const { rows, images, isComplete } = measures;
  if (!isComplete && measures.error === null) return text('table.loading', images);
  if (shown === rows.length) return text('table.count', { count: shown });
  return text('table.shown', { shown, all: rows.length });
}

function Message({ measures, shown }: { measures: MeasuresState; shown: number }) {
  const text = useText();
  const { rows, isComplete, error } = measures;
  if (error !== null)
    return <p className={styles['message']}>{text('table.failed', { reason: error.message })}</p>;
  if (isComplete && rows.length === 0) return <p className={styles['message']}>{text('table.empty')}</p>;
  if (isComplete && shown === 0) return <p className={styles['message']}>{text('table.nothing-found')}</p>;
  return null;
}

const reviews = ['all', 'unreviewed', 'accepted', 'rejected'] as const;

function Filters({ filter, onChange }: { filter: RowFilter; onChange: (filter: RowFilter) => void }) {
  const text = useText();
  return (
    <>
      <TextInput
        className={styles['search'] ?? ''}
        aria-label={text('table.search')}
        placeholder={text('table.search')}
        leftSection={<IconSearch size={16} />}
        value={filter.search}
        onChange={(event) => onChange({ ...filter, search: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={text('table.review')}
        value={filter.review}
        data={reviews.map((value) => ({ value, label: text(`table.review.${value}`) }))}
        onChange={(review) => onChange({ ...filter, review: review as RowFilter['review'] })}
      />
    </>
  );
}

const fileFormats = ['csv', 'markdown', 'latex'] as const;

function Actions({ datasetId }: { datasetId: string }) {
  const text = useText();
  const { client } = useServices();
  const place = { page: 'dataset', datasetId } as const;
  return (
    <div className={styles['actions']}>
      <Button
        component="a"
        variant="default"
        leftSection={<IconLayoutGrid size={16} />}
        href={hrefOf(place)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          goTo(place);
        }}
      >
        {text('table.gallery')}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} />}>
            {text('table.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {fileFormats.map((format) => (
            <Menu.Item
              key={format}
              component="a"
              href={client.addressOf('exportMeasures', {
                params: { datasetId },
                query: { format, language: text.language },
              })}
              download
            >
              {text(`table.export.${format}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
