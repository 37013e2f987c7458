import type { Block, TableBlock } from '../document/report-document.ts';
import { type Chapter, paragraphOf, type ReportContext, shellWord, tableOf } from './report-context.ts';

/** The appendix; its rows are known when all else is numbered, and come by {@link withRecordRows}. */
export const recordsChapter: Chapter = ({ text }) => [
  paragraphOf(text('records.intro')),
  tableOf(
    text('records.caption'),
    [
      [text('records.record'), 'start'],
      [text('records.used'), 'start'],
      [text('records.command'), 'start'],
    ],
    [],
  ),
];

/** Numbered blocks with the rows of the appendix: each record, where it is used, and the command that replays it. */
export function withRecordRows(
  blocks: readonly Block[],
  recordsFolder: string,
  context: ReportContext,
): Block[] {
  const { text } = context;
  const uses = usesOf(blocks, context);
  const rows = [...uses].map(([name, places]) => [
    { text: name, recordName: name },
    { text: [...places].join(', ') },
    { text: `calque replay ${shellWord(`${recordsFolder}/${name}.json`)}` },
  ]);
  const isAppendix = (block: Block): block is TableBlock =>
    block.kind === 'table' && block.caption === text('records.caption') && block.rows.length === 0;
  return blocks.map((block): Block => {
    if (!isAppendix(block)) return block;
    return rows.length === 0 ? paragraphOf(text('records.missing')) : { ...block, rows };
  });
}

/** `Figure 2`, `Table 5` by record, in the order of the report. */
function usesOf(blocks: readonly Block[], { text }: ReportContext): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  const add = (name: string, place: string): void => {
    const places = uses.get(name) ?? new Set();
    uses.set(name, places.add(place));
  };
  for (const block of blocks) {
    if (block.kind === 'figure') {
      const place = text('figure', { number: block.number });
      for (const { recordNames } of block.pictures) for (const name of recordNames) add(name, place);
    }
    if (block.kind === 'table') {
      const place = text('table', { number: block.number });
      for (const { recordName } of block.rows.flat()) if (recordName !== undefined) add(recordName, place);
    }
  }
  return uses;
}
