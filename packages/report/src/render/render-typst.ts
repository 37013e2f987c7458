import type { PredictionRecord } from '@calque/core';
import {
  type Block,
  type DrawnPictures,
  type FigureBlock,
  type Inline,
  pictureKey,
  type ReportDocument,
} from '../document/report-document.ts';
import { type ReportText, reportText } from '../texts/report-texts.ts';
import { TYPST_PROGRAM } from './typst-program.ts';

/** Files for the Typst compiler: `main.typ` sets the report, which lies beside it as JSON, with its pictures. */
export interface TypstFiles {
  readonly main: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

interface TypstMaterial {
  readonly pictures: DrawnPictures;
  readonly records: ReadonlyMap<string, PredictionRecord>;
}

/** No text of the report becomes Typst's own language: it is data that the program reads. */
export function renderTypst(report: ReportDocument, { pictures, records }: TypstMaterial): TypstFiles {
  const files = new Map<string, Uint8Array>();
  const text = reportText(report.language);
  const pen: Pen = { pictures, files, text, count: 0 };
  const blocks = report.blocks.map((block) => blockData(block, pen));
  const words = {
    contents: text('contents'),
    missing: text('missing.title'),
    record: text('missing.record'),
    noPicture: text('no-picture'),
    figure: text('figure', { number: '' }).trim(),
    table: text('table', { number: '' }).trim(),
  };
  const { language, title, subtitle, madeAt } = report;
  const [year, month, day] = madeAt.slice(0, 10).split('-').map(Number);
  const data = { language, title, subtitle, date: [year, month, day], words, blocks, records: records.size };
  files.set('report.json', encoded(JSON.stringify(data)));
  const lines = [...records.values()].map((record) => JSON.stringify(record));
  files.set('records.jsonl', encoded(`${lines.join('\n')}\n`));
  return { main: TYPST_PROGRAM, files };
}

interface Pen {
  readonly pictures: DrawnPictures;
  readonly files: Map<string, Uint8Array>;
  readonly text: ReportText;
  count: number;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function blockData(block: Block, pen: Pen): unknown {
  switch (block.kind) {
    case 'figure':
      return {
        ...block,
        caption: caption(block.caption),
        pictures: block.pictures.map((one) => pictureData(one, pen)),
      };
    case 'table':
      return {
        ...block,
        caption: caption(block.caption),
        rows: block.rows.map((row) =>
          row.map(({ text, recordName }) => ({ text, record: recordName ?? null })),
        ),
      };
    case 'list':
      return { ...block, items: block.items.map((item) => item.map((one) => blockData(one, pen))) };
    case 'author':
      return {
        ...block,
        asked: pen.text('author.hint', { hint: block.hint }),
        blocks: block.blocks.map((one) => blockData(one, pen)),
      };
    default:
      return block;
  }
}

/** Texts of captions write commands between backquotes. */
function caption(text: string): Inline[] {
  return text.split('`').map((part, i): Inline => ({ kind: i % 2 === 1 ? 'code' : 'text', text: part }));
}

function pictureData(
  { content, description, caption: below, recordNames }: FigureBlock['pictures'][number],
  pen: Pen,
) {
  const parts = { description, caption: below, records: recordNames.length > 6 ? [] : recordNames };
  if (content.kind === 'plot') {
    return {
      ...parts,
      file: added(encoded(content.svg), 'svg', pen),
      aspect: content.width / content.height,
    };
  }
  const drawn = pen.pictures.get(pictureKey(content));
  if (drawn === undefined) return { ...parts, file: null, aspect: 1 };
  const file = added(drawn.data, drawn.type === 'image/png' ? 'png' : 'jpg', pen);
  return { ...parts, file, aspect: drawn.width / drawn.height };
}

function added(data: Uint8Array, extension: string, pen: Pen): string {
  const name = `picture-${++pen.count}.${extension}`;
  pen.files.set(name, data);
  return name;
}
