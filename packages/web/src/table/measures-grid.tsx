// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which real tables do not allow.
// biome-ignore-all lint/a11y/useFocusableInteractive: focus stays on the grid, which names its active row.
import type { WireMeasuredRow } from '@calque/api';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useRef, useState } from 'react';
import { goTo } from '../app/route.ts';
import { useText } from '../i18n/use-text.ts';
import type { MeasureColumn } from './measure-columns.ts';
import styles from './measures-grid.module.css';
import { nextOrder, type RowOrder } from './visible-rows.ts';

const rowPx = 28;

interface GridProps {
  readonly datasetId: string;
  readonly rows: readonly WireMeasuredRow[];
  readonly columns: readonly MeasureColumn[];
  readonly order: RowOrder | null;
  readonly onOrder: (order: RowOrder | null) => void;
}

/** Only the rows in view are in the document; the grid says how many there are. */
export function MeasuresGrid({ datasetId, rows, columns, order, onOrder }: GridProps) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const at = Math.min(active, Math.max(0, rows.length - 1));
  const open = (row: WireMeasuredRow | undefined) => {
    if (row !== undefined) goTo({ page: 'image', datasetId, imageId: row.imageId });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const pagePx = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowPx) / rowPx) - 2);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + pagePx,
      PageUp: at - pagePx,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (event.key === 'Enter') open(rows[at]);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const index = Math.min(rows.length - 1, Math.max(0, next));
    setActive(index);
    virtual.scrollToIndex(index);
  };
  const template = columns.map(({ widthPx }) => `${widthPx}px`).join(' ');
  const widthPx = columns.reduce((sum, column) => sum + column.widthPx, 0);
  return (
    <div
      className={styles['scroller']}
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={text('table.title')}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={rows.length === 0 ? undefined : `measure-${at}`}
      onKeyDown={onKeyDown}
    >
      <div
        className={styles['heads']}
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: template, width: widthPx }}
      >
        {columns.map((column) => (
          <Head key={column.id} column={column} order={order} onOrder={onOrder} />
        ))}
      </div>
      <div
        className={styles['rows']}
        role="rowgroup"
        style={{ height: virtual.getTotalSize(), width: widthPx }}
      >
        {virtual.getVirtualItems().map(({ index, start }) => (
          <Row
            key={index}
            row={rows[index] as WireMeasuredRow}
            index={index}
            start={start}
            columns={columns}
            template={template}
            active={index === at}
            onActivate={setActive}
            onOpen={open}
          />
        ))}
      </div>
    </div>
  );
}

interface HeadProps {
  readonly column: MeasureColumn;
  readonly order: RowOrder | null;
  readonly onOrder: (order: RowOrder | null) => void;
}

function Head({ column, order, onOrder }: HeadProps) {
  const text = useText();
  const direction = order?.column === column.id ? order.direction : null;
  return (
    <div
      role="columnheader"
      aria-sort={direction ?? 'none'}
      className={styles['head']}
      data-align={column.align}
    >
      <button type="button" onClick={() => onOrder(nextOrder(order, column.id))}>
        <span>{text(column.title)}</span>
        <span className={styles['mark']}>
          {direction === 'ascending' ? <IconChevronUp size={12} aria-hidden /> : null}
          {direction === 'descending' ? <IconChevronDown size={12} aria-hidden /> : null}
        </span>
      </button>
    </div>
  );
}

interface RowProps {
  readonly row: WireMeasuredRow;
  readonly index: number;
  readonly start: number;
  readonly columns: readonly MeasureColumn[];
  readonly template: string;
  readonly active: boolean;
  readonly onActivate: (index: number) => void;
  readonly onOpen: (row: WireMeasuredRow) => void;
}

const Row = memo(function Row({
  row,
  index,
  start,
  columns,
  template,
  active,
  onActivate,
  onOpen,
}: RowProps) {
  const { format } = useText();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
    <div
      id={`measure-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      className={styles['row']}
      style={{ transform: `translateY(${start}px)`, gridTemplateColumns: template }}
      onClick={() => onActivate(index)}
      onDoubleClick={() => onOpen(row)}
    >
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={styles['cell']} data-align={column.align}>
          {column.show(row, format)}
        </div>
      ))}
    </div>
  );
});
