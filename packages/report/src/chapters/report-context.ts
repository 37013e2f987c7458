import type { Block, Cell, FigurePicture, Inline } from '../document/report-document.ts';
import type { ObjectState, StudyImage } from '../study/study.ts';
import type { IndexedStudy } from '../study/study-queries.ts';
import type { ReportFormats } from '../texts/report-formats.ts';
import type { Language, ReportText } from '../texts/report-texts.ts';

/** What every chapter is made with. */
export interface ReportContext {
  readonly indexed: IndexedStudy;
  readonly language: Language;
  readonly text: ReportText;
  readonly formats: ReportFormats;
}

export type Chapter = (context: ReportContext) => Block[];

export function tableOf(
  caption: string,
  columns: readonly (readonly [title: string, align: 'start' | 'end'])[],
  rows: readonly (readonly (string | Cell)[])[],
  note: string | null = null,
): Block {
  return {
    kind: 'table',
    caption,
    number: 0,
    columns: columns.map(([title, align]) => ({ title, align })),
    rows: rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell))),
    note,
  };
}

export function figureOf(caption: string, pictures: readonly FigurePicture[]): Block {
  return { kind: 'figure', number: 0, caption, pictures };
}

export function paragraphOf(text: string): Block {
  return { kind: 'paragraph', content: withCode(text) };
}

/** Texts write commands between backquotes. */
export function withCode(text: string): Inline[] {
  return text
    .split('`')
    .map((part, i): Inline => ({ kind: i % 2 === 1 ? 'code' : 'text', text: part }))
    .filter((inline) => 'text' in inline && inline.text !== '');
}

/** What is not there, and what records it; the command comes after the words. */
export function missingOf(what: string, how: string, command?: string): Block {
  const commands: Inline[] =
    command === undefined
      ? []
      : [
          { kind: 'text', text: ' ' },
          { kind: 'code', text: command },
        ];
  return { kind: 'missing', what, how: [...withCode(how), ...commands] };
}

/** `calque serve FOLDER`, where most things are recorded. */
export function serveCommand({ indexed }: ReportContext): string {
  return `calque serve ${shellWord(indexed.study.dataset.folder)}`;
}

/** As it can be pasted into a shell. */
export function shellWord(text: string): string {
  return /^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function nameOf({ path }: StudyImage): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A cell that leads to the record behind it. */
export function recordCell(text: string, { recordName }: ObjectState): Cell {
  return recordName === null ? { text } : { text, recordName };
}

export function recordNames(...states: readonly ObjectState[]): string[] {
  return [...new Set(states.flatMap(({ recordName }) => (recordName === null ? [] : [recordName])))];
}
