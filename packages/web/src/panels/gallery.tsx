import type { WireDataset, WireImage } from '@calque/api';
import { Button, FileButton, Progress } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconFilter,
  IconPhotoOff,
  IconReport,
  IconTable,
  IconUpload,
  IconX,
} from '@tabler/icons-react';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { everyImage, interfaceStore, openDialog, useInterface } from '../app/interface-state.ts';
import { goTo, hrefOf } from '../app/route.ts';
import type { ImageList } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { Situation } from '../app/situation.tsx';
import { useText } from '../i18n/use-text.ts';
import { DatasetMenu } from './dataset-menu.tsx';
import styles from './gallery.module.css';
import { GalleryFilters } from './gallery-filters.tsx';
import { IconButton } from './icon-button.tsx';
import { ImageTags } from './image-tags.tsx';
import { ReportDialog } from './report-dialog.tsx';
import { ImageStateMark } from './state-mark.tsx';
import { type Upload, useUpload } from './use-upload.ts';

const cellPx = { width: 184, height: 192 };
const gapPx = 16;

export function Gallery({ dataset, list }: { dataset: WireDataset; list: ImageList }) {
  const text = useText();
  const upload = useUpload(dataset);
  const unreviewedOnly = useInterface((state) => state.unreviewedOnly);
  const [over, setOver] = useState(false);
  const filtered =
    useInterface((state) => state.search !== '' || state.choice !== everyImage) || unreviewedOnly;
  const empty = !list.loading && list.images.length === 0;
  return (
    <main
      className={styles['gallery']}
      data-over={(over && dataset.writable) || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        upload.add([...event.dataTransfer.files]);
      }}
    >
      <div className={styles['head']}>
        <h1 className={styles['title']}>{dataset.name}</h1>
        <p className={styles['counts']}>
          {text('gallery.counts', {
            count: dataset.imageCount,
            accepted: dataset.states.accepted,
            left: dataset.imageCount - dataset.states.accepted - dataset.states.rejected,
          })}
        </p>
        <div className={styles['actions']}>
          <Button
            component="a"
            variant="default"
            leftSection={<IconTable size={16} />}
            href={hrefOf({ page: 'table', datasetId: dataset.id })}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              goTo({ page: 'table', datasetId: dataset.id });
            }}
          >
            {text('table.open')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconFilter size={16} />}
            aria-pressed={unreviewedOnly}
            className={styles['filter'] ?? ''}
            onClick={() => interfaceStore.setState({ unreviewedOnly: !unreviewedOnly })}
          >
            {text('strip.unreviewed')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconReport size={16} />}
            onClick={() => openDialog('report')}
          >
            {text('report.title')}
          </Button>
          <ReportDialog dataset={dataset} />
          <DatasetMenu dataset={dataset} />
          {dataset.writable ? (
            <FileButton multiple accept="image/*" onChange={(files) => upload.add(files)}>
              {(props) => (
                <Button {...props} leftSection={<IconUpload size={16} />}>
                  {text('gallery.add')}
                </Button>
              )}
            </FileButton>
          ) : null}
        </div>
      </div>
      <GalleryFilters datasetId={dataset.id} total={list.total} />
      <div className={styles['indexing']} aria-live="polite">
        {dataset.indexing === null ? null : (
          <>
            <Progress
              value={(100 * dataset.indexing.done) / Math.max(1, dataset.indexing.total)}
              size={3}
              aria-label={text('gallery.indexing', {
                done: dataset.indexing.done,
                total: dataset.indexing.total,
              })}
            />
            <p>{text('gallery.indexing', { done: dataset.indexing.done, total: dataset.indexing.total })}</p>
          </>
        )}
      </div>
      {empty && filtered ? (
        <Situation
          name="nothing-found"
          action={text('state.nothing-found.action')}
          onAction={() => interfaceStore.setState({ search: '', unreviewedOnly: false, choice: everyImage })}
        />
      ) : null}
      {empty && !filtered ? (
        <Situation name={dataset.writable ? 'empty-folder' : 'empty-read-only'} details={dataset.folder} />
      ) : null}
      {empty ? null : <Grid list={list} />}
      <UploadList upload={upload} />
      <p className={styles['drop']} aria-hidden="true">
        {text('gallery.drop')}
      </p>
    </main>
  );
}

function Grid({ list }: { list: ImageList }) {
  const text = useText();
  const { ref: size, width } = useElementSize();
  const scroller = useRef<HTMLDivElement>(null);
  const columns = Math.max(2, Math.floor((width + gapPx) / (cellPx.width + gapPx)));
  const rows = Math.ceil(list.images.length / columns);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => cellPx.height + gapPx,
    overscan: 3,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (width > 0 && lastShown >= rows - 4) list.loadMore();
  }, [lastShown, rows, width, list]);
  return (
    <div className={styles['scroller']} ref={scroller}>
      <div ref={size} className={styles['rows']} style={{ height: virtual.getTotalSize() }}>
        {width === 0
          ? null
          : items.map((row) => (
              <ul
                key={row.key}
                className={styles['row']}
                aria-label={text('gallery.row', { place: row.index + 1 })}
                style={{
                  transform: `translateY(${row.start}px)`,
                  gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
                }}
              >
                {list.images.slice(row.index * columns, (row.index + 1) * columns).map((image) => (
                  <li key={image.id}>
                    <Cell image={image} />
                    <ImageTags image={image} />
                  </li>
                ))}
              </ul>
            ))}
      </div>
    </div>
  );
}

function Cell({ image }: { image: WireImage }) {
  const text = useText();
  const { client } = useServices();
  const params = { datasetId: image.datasetId, imageId: image.id };
  const place = { page: 'image', ...params } as const;
  return (
    <a
      className={styles['cell']}
      href={hrefOf(place)}
      title={image.path}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        goTo(place);
      }}
    >
      <span className={styles['picture']}>
        {image.problem === null ? (
          <img
            src={client.addressOf('readThumbnail', { params, query: { side: 320 } })}
            alt=""
            draggable={false}
            decoding="async"
          />
        ) : (
          <span className={styles['problem']}>
            <IconPhotoOff size={22} stroke={1.6} />
            {text(`problem.${image.problem}`)}
          </span>
        )}
        <span className={styles['state']}>
          <ImageStateMark state={image.state} />
        </span>
        {image.changed ? (
          <span className={styles['changed']}>
            <IconAlertTriangle size={12} stroke={2.2} />
            {text('gallery.changed')}
          </span>
        ) : null}
      </span>
      <span className={styles['name']}>{image.name}</span>
      <span className={`${styles['objects']} number`}>
        {text('gallery.objects', { count: image.annotationCount })}
      </span>
    </a>
  );
}

function UploadList({ upload }: { upload: Upload }) {
  const text = useText();
  const { files, done } = upload;
  if (files.length === 0) return null;
  const refused = files.filter((file) => file.refusal !== null);
  const finished = done === files.length;
  return (
    <section className={styles['uploads']} aria-label={text('upload.title')} aria-live="polite">
      <div className={styles['uploads-head']}>
        <p>
          {finished
            ? text('upload.finished', { count: done - refused.length })
            : text('upload.progress', { done, total: files.length })}
        </p>
        <IconButton
          label={text('dialog.close')}
          icon={<IconX size={16} />}
          size={28}
          tip="top"
          onClick={upload.clear}
        />
      </div>
      <Progress
        value={(100 * done) / files.length}
        size={4}
        aria-label={text('upload.progress', { done, total: files.length })}
      />
      {refused.length === 0 ? null : (
        <ul className={styles['refused']}>
          {refused.map((file) => (
            <li key={file.id}>
              <strong>{file.name}</strong> {file.refusal}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
