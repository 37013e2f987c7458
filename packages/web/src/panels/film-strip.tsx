import type { WireImage } from '@calque/api';
import { IconChevronDown, IconChevronUp, IconFilter } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { interfaceStore, useInterface } from '../app/interface-state.ts';
import { goTo } from '../app/route.ts';
import type { ImageList } from '../app/server-lists.ts';
import { usePreference, useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './film-strip.module.css';
import { IconButton } from './icon-button.tsx';
import { ImageStateMark } from './state-mark.tsx';

const frameWidthPx = 104;

export function FilmStrip({ list, imageId }: { list: ImageList; imageId: string }) {
  const text = useText();
  const { preferences } = useServices();
  const folded = usePreference('stripFolded');
  const unreviewedOnly = useInterface((state) => state.unreviewedOnly);
  return (
    <nav className={styles['strip']} data-folded={folded || undefined} aria-label={text('strip.title')}>
      <div className={styles['side']}>
        <IconButton
          label={text(folded ? 'strip.unfold' : 'strip.fold')}
          icon={folded ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
          size={24}
          tip="top"
          onClick={() => preferences.change({ stripFolded: !folded })}
        />
        <IconButton
          label={text('strip.unreviewed')}
          icon={<IconFilter size={16} />}
          pressed={unreviewedOnly}
          size={24}
          tip="top"
          className={styles['filter']}
          onClick={() => interfaceStore.setState({ unreviewedOnly: !unreviewedOnly })}
        />
        {folded ? (
          <span className={styles['count']}>{text('strip.count', { count: list.total })}</span>
        ) : null}
      </div>
      {folded ? null : <Frames list={list} imageId={imageId} />}
    </nav>
  );
}

function Frames({ list, imageId }: { list: ImageList; imageId: string }) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const at = list.images.findIndex(({ id }) => id === imageId);
  const virtual = useVirtualizer({
    count: list.images.length,
    horizontal: true,
    getScrollElement: () => scroller.current,
    estimateSize: () => frameWidthPx,
    overscan: 6,
    getItemKey: (index) => list.images[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'center' });
  }, [at, virtual]);

  useEffect(() => {
    if (lastShown >= list.images.length - 20) list.loadMore();
  }, [lastShown, list]);

  if (!list.loading && list.images.length === 0) {
    return <p className={styles['none']}>{text('strip.none')}</p>;
  }
  return (
    <div className={styles['scroller']} ref={scroller}>
      <ul className={styles['frames']} style={{ width: virtual.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const image = list.images[index];
          return image === undefined ? null : (
            <li key={key} className={styles['place']} style={{ transform: `translateX(${start}px)` }}>
              <Frame image={image} current={image.id === imageId} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Frame({ image, current }: { image: WireImage; current: boolean }) {
  const { client } = useServices();
  const params = { datasetId: image.datasetId, imageId: image.id };
  return (
    <button
      type="button"
      className={styles['frame']}
      aria-current={current ? 'true' : undefined}
      title={image.path}
      onClick={() => goTo({ page: 'image', ...params })}
    >
      <span className={styles['picture']}>
        {image.problem === null ? (
          <img
            src={client.addressOf('readThumbnail', { params, query: { side: 160 } })}
            alt=""
            draggable={false}
            decoding="async"
          />
        ) : null}
        <span className={styles['state']}>
          <ImageStateMark state={image.state} />
        </span>
      </span>
      <span className={styles['name']}>{image.name}</span>
    </button>
  );
}
