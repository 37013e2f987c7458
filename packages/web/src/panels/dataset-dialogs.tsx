import type { Answer, WireDataset, WireImage, WireStatistics } from '@calque/api';
import { Button, Checkbox, FileButton, Modal, NativeSelect, NumberInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { openDialog } from '../app/interface-state.ts';
import { useLabels, useStatistics } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './dataset-dialogs.module.css';
import dialogStyles from './dialogs.module.css';
import { tagName } from './tag-name.ts';

interface OfDataset {
  readonly dataset: WireDataset;
}

export function DatasetDialogs({ dialog, dataset }: OfDataset & { dialog: keyof typeof FORMS }) {
  const text = useText();
  const Form = FORMS[dialog];
  return (
    <Modal
      opened
      onClose={() => openDialog(null)}
      title={text(`${dialog}.title`)}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
      size={dialog === 'statistics' ? 640 : 440}
    >
      <Form dataset={dataset} />
    </Modal>
  );
}

const FORMS = { export: ExportForm, import: ImportForm, statistics: Statistics, selection: SelectionForm };

const FORMATS = ['coco', 'yolo', 'voc', 'labelme', 'png', 'geojson', 'cutouts', 'csv', 'jsonl'] as const;
type Format = (typeof FORMATS)[number];

function useFormat(formats: readonly Format[]) {
  const text = useText();
  const [format, setFormat] = useState<Format>('coco');
  const select = (
    <NativeSelect
      label={text('export.format')}
      value={format}
      data={formats.map((value) => ({ value, label: text(`format.${value}`) }))}
      onChange={(event) => setFormat(event.currentTarget.value as Format)}
      data-autofocus
    />
  );
  return { format, select };
}

function ExportForm({ dataset }: OfDataset) {
  const text = useText();
  const { client } = useServices();
  const { format, select } = useFormat(FORMATS);
  const [scope, setScope] = useState<'all' | 'accepted'>('all');
  const href = client.addressOf('exportDataset', {
    params: { datasetId: dataset.id },
    query: { format, scope },
  });
  return (
    <div className={dialogStyles['form']}>
      {select}
      <NativeSelect
        label={text('export.scope')}
        value={scope}
        data={(['all', 'accepted'] as const).map((value) => ({
          value,
          label: text(`export.scope.${value}`),
        }))}
        onChange={(event) => setScope(event.currentTarget.value as typeof scope)}
      />
      <div className={dialogStyles['buttons']}>
        <Button variant="default" onClick={() => openDialog(null)}>
          {text('dialog.cancel')}
        </Button>
        <Button component="a" href={href} download>
          {text('export.start')}
        </Button>
      </div>
    </div>
  );
}

type Imported = Answer<'importDataset'>;

function ImportForm({ dataset }: OfDataset) {
  const text = useText();
  const { client } = useServices();
  const queries = useQueryClient();
  const { format, select } = useFormat(FORMATS.filter((name) => name !== 'csv'));
  const [file, setFile] = useState<File | null>(null);
  const [partial, setPartial] = useState(false);
  const [running, setRunning] = useState(false);
  const [done, setDone] = useState<Imported | null>(null);
  const [error, setError] = useState<string | null>(null);
  const start = async (chosen: File) => {
    setRunning(true);
    setError(null);
    const body = new FormData();
    body.append('file', chosen, chosen.name);
    try {
      const query = { format, ...(partial ? { partial } : {}) };
      // The multipart body is what this route takes; its schema cannot say so.
      setDone(
        await client.call('importDataset', { params: { datasetId: dataset.id }, query, body } as never),
      );
      void queries.invalidateQueries({ queryKey: ['images', dataset.id] });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setRunning(false);
    }
  };
  return (
    <form
      className={dialogStyles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null) void start(file);
      }}
    >
      {select}
      <FileButton onChange={setFile}>
        {(props) => (
          <Button {...props} variant="default">
            {file?.name ?? text('import.choose')}
          </Button>
        )}
      </FileButton>
      <Checkbox
        label={text('import.partial')}
        checked={partial}
        onChange={(event) => setPartial(event.currentTarget.checked)}
      />
      <div role="status">{done === null ? null : <ImportSummary done={done} />}</div>
      <p className={dialogStyles['error']} role="alert">
        {error}
      </p>
      <div className={dialogStyles['buttons']}>
        <Button variant="default" onClick={() => openDialog(null)}>
          {text('dialog.close')}
        </Button>
        <Button type="submit" disabled={file === null} loading={running}>
          {text('import.start')}
        </Button>
      </div>
    </form>
  );
}

function ImportSummary({ done: { faults, objects, images, known } }: { done: Imported }) {
  const text = useText();
  return (
    <>
      <p>{text('import.done', { objects, images, known })}</p>
      {faults.length === 0 ? null : (
        <>
          <p>{text('import.faults', { count: faults.length })}</p>
          <ul className={styles['faults']}>
            {faults.slice(0, 100).map(({ place, problem, expected }) => (
              <li key={`${place} ${problem}`}>{`${place}: ${problem} (${expected})`}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function SelectionForm({ dataset }: OfDataset) {
  const text = useText();
  const { client } = useServices();
  const queries = useQueryClient();
  const [count, setCount] = useState(10);
  const [running, setRunning] = useState(false);
  const [images, setImages] = useState<readonly WireImage[]>([]);
  const [error, setError] = useState<string | null>(null);
  const params = { datasetId: dataset.id };
  const run = async (work: () => Promise<void>) => {
    setRunning(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setRunning(false);
    }
  };
  const propose = () =>
    run(async () => setImages((await client.call('proposeSelection', { params, body: { count } })).images));
  const keep = () =>
    run(async () => {
      const body = { images: images.map(({ id }) => id), add: ['representative'] };
      await client.call('changeTags', { params, body });
      await queries.invalidateQueries({ queryKey: ['statistics', dataset.id] });
      openDialog(null);
    });
  return (
    <div className={dialogStyles['form']}>
      <p>{text('selection.say')}</p>
      <NumberInput
        label={text('selection.count')}
        value={count}
        min={1}
        max={500}
        onChange={(value) => setCount(Math.min(500, Math.max(1, Math.round(Number(value) || 1))))}
      />
      <ul className={styles['proposed']}>
        {images.map((image) => (
          <li key={image.id} title={image.path}>
            <img
              src={client.addressOf('readThumbnail', { params: { ...params, imageId: image.id } })}
              alt={image.name}
            />
          </li>
        ))}
      </ul>
      <p className={dialogStyles['error']} role="alert">
        {error}
      </p>
      <div className={dialogStyles['buttons']}>
        <Button variant="default" loading={running} onClick={() => void propose()}>
          {text('selection.propose')}
        </Button>
        <Button disabled={images.length === 0 || running} onClick={() => void keep()}>
          {text('selection.keep')}
        </Button>
      </div>
    </div>
  );
}

function Statistics({ dataset }: OfDataset) {
  const text = useText();
  const statistics = useStatistics(dataset.id);
  const labels = new Map(useLabels(dataset.id).map(({ id, name }) => [id, name]));
  if (statistics === undefined) return null;
  const { formats, tags } = statistics;
  const named = statistics.labels.map(({ id, count }) => ({
    name: (id === null ? undefined : labels.get(id)) ?? text('statistics.no-label'),
    count,
  }));
  return (
    <div className={styles['statistics']}>
      <Counts
        title={text('statistics.formats')}
        rows={formats.map(({ name, count }) => ({ name: name || text('statistics.unknown'), count }))}
      />
      <Counts
        title={text('statistics.tags')}
        rows={tags.map(({ name, count }) => ({ name: tagName(text, name), count }))}
      />
      <Counts title={text('statistics.labels')} rows={named} />
      <Histogram title={text('statistics.megapixels')} of={statistics.megapixels} />
      <Histogram title={text('statistics.objects')} of={statistics.objects} />
      <Histogram title={text('statistics.scores')} of={statistics.scores} />
      <Histogram title={text('statistics.areas')} of={statistics.areaRatios} />
    </div>
  );
}

function Histogram({ title, of: { from, counts } }: { title: string; of: WireStatistics['scores'] }) {
  const text = useText();
  const said = (value: number) =>
    text.format.fixed(value, Number.isInteger(value) ? 0 : value < 0.01 ? 3 : 2);
  const rows = from.map((low, bin) => {
    const next = from[bin + 1];
    return {
      name: next === undefined ? `≥ ${said(low)}` : `${said(low)} – ${said(next)}`,
      count: counts[bin] ?? 0,
    };
  });
  return <Counts title={title} rows={rows} />;
}

/** A table whose rows are bars, too: the numbers are there for who does not see them. */
function Counts({ title, rows }: { title: string; rows: readonly { name: string; count: number }[] }) {
  const text = useText();
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const isEmpty = rows.every(({ count }) => count === 0);
  return (
    <table className={styles['counts']}>
      <caption>{title}</caption>
      <tbody>
        {isEmpty ? (
          <tr>
            <td>{text('statistics.none')}</td>
          </tr>
        ) : (
          rows.map(({ name, count }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={styles['bar']}>
                <span style={{ width: `${(100 * count) / most}%` }} />
              </td>
              <td className="number">{text.format.number(count)}</td>
            </tr>
          ))
        )}
      </tbody>
    </table>
  );
}
