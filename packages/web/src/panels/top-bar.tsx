import type { WireDataset, WireImage } from '@calque/api';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconActivity,
  IconChevronLeft,
  IconChevronRight,
  IconKeyboard,
  IconLayoutGrid,
  IconSearch,
} from '@tabler/icons-react';
import { useState } from 'react';
import { interfaceStore, useInterface } from '../app/interface-state.ts';
import { goTo, hrefOf } from '../app/route.ts';
import { type ImageList, useMayEdit } from '../app/server-lists.ts';
import { useText } from '../i18n/use-text.ts';
import { CapturesMenu } from './captures-menu.tsx';
import { DecodeMenu } from './decode-menu.tsx';
import { IconButton } from './icon-button.tsx';
import { LanguageSwitch, ThemeSwitch } from './language-and-theme.tsx';
import { ModelMenu } from './model-menu.tsx';
import { ReadOnlyMark, SaveMark } from './save-mark.tsx';
import styles from './top-bar.module.css';
import { UserMenu } from './user-menu.tsx';

interface TopBarProps {
  readonly dataset: WireDataset | undefined;
  readonly list: ImageList;
  /** Null in the gallery. */
  readonly image: WireImage | null;
  /** The parts that need an editor are shown when there is one. */
  readonly editing: boolean;
}

export function TopBar({ dataset, list, image, editing }: TopBarProps) {
  const text = useText();
  const phone = useMediaQuery('(max-width: 760px)') === true;
  const mayEdit = useMayEdit();
  return (
    <header className={styles['bar']}>
      <a
        className={styles['brand']}
        href={hrefOf({ page: 'start' })}
        aria-label={text('top.home')}
        onClick={(event) => {
          event.preventDefault();
          goTo({ page: 'start' });
        }}
      >
        <Mark />
        <span>Calque</span>
      </a>
      {dataset === undefined ? null : (
        <nav className={styles['where']} aria-label={text('top.where')}>
          <button
            type="button"
            className={styles['crumb']}
            onClick={() => goTo({ page: 'dataset', datasetId: dataset.id })}
          >
            {phone ? <IconLayoutGrid size={18} stroke={1.6} aria-label={dataset.name} /> : dataset.name}
          </button>
          {image === null ? null : (
            <>
              <span className={styles['slash']} aria-hidden="true">
                /
              </span>
              <h1 className={styles['image']} title={image.path}>
                {image.name}
              </h1>
            </>
          )}
        </nav>
      )}
      {image === null ? null : <Position list={list} image={image} />}
      <span className={styles['space']} />
      {phone || dataset === undefined ? null : <Search />}
      {editing ? mayEdit ? <SaveMark /> : <ReadOnlyMark /> : null}
      {editing ? <CapturesMenu /> : null}
      {phone ? null : <ModelMenu />}
      {editing && !phone ? <DecodeMenu /> : null}
      {phone && editing ? null : (
        <IconButton
          label={text('command.monitoring')}
          command="monitoring"
          icon={<IconActivity size={18} stroke={1.6} />}
        />
      )}
      <LanguageSwitch />
      <ThemeSwitch />
      <UserMenu />
      {phone ? null : (
        <IconButton
          label={text('command.shortcuts')}
          command="shortcuts"
          icon={<IconKeyboard size={18} stroke={1.6} />}
        />
      )}
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d="M12.200 3c5.200 0 8.800 3.300 8.800 8.100 0 5.600-4.700 9.900-9.900 9.900C6.300 21 3 17.700 3 13.200 3 7.300 7.200 3 12.200 3Z"
        fill="var(--accent)"
        fillOpacity="0.28"
        stroke="var(--accent)"
        strokeWidth="2"
      />
      <circle cx="12" cy="12" r="2.600" fill="var(--text)" />
    </svg>
  );
}

function Position({ list, image }: { list: ImageList; image: WireImage }) {
  const text = useText();
  const at = list.images.findIndex(({ id }) => id === image.id);
  return (
    <div className={styles['position']}>
      <IconButton
        label={text('command.previous-image')}
        command="previous-image"
        icon={<IconChevronLeft size={16} />}
        size={28}
        disabled={at <= 0}
      />
      <span className="number">
        {at < 0
          ? text('top.of-total', { total: list.total })
          : text('top.position', { place: at + 1, total: list.total })}
      </span>
      <IconButton
        label={text('command.next-image')}
        command="next-image"
        icon={<IconChevronRight size={16} />}
        size={28}
        disabled={at < 0 || at >= list.images.length - 1}
      />
    </div>
  );
}

/** Looks for images by name; what is typed takes effect after a short pause. */
function Search() {
  const text = useText();
  const search = useInterface((state) => state.search);
  const [typed, setTyped] = useState(search);
  const [timer, setTimer] = useState<ReturnType<typeof setTimeout>>();
  const type = (value: string) => {
    setTyped(value);
    clearTimeout(timer);
    setTimer(setTimeout(() => interfaceStore.setState({ search: value.trim() }), 200));
  };
  return (
    <label className={styles['search']}>
      <IconSearch size={15} stroke={1.8} aria-hidden="true" />
      <input
        id="image-search"
        type="search"
        value={typed}
        placeholder={text('top.search')}
        aria-label={text('top.search')}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          type('');
          event.currentTarget.blur();
        }}
      />
    </label>
  );
}
