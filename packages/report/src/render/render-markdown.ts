import { authorRegion } from '../author/author-regions.ts';
import {
  type Block,
  type DrawnPictures,
  type FigureBlock,
  type Inline,
  pictureKey,
  type ReportDocument,
  type TableBlock,
} from '../document/report-document.ts';
import { type ReportText, reportText } from '../texts/report-texts.ts';

export interface MarkdownReport {
  readonly markdown: string;
  /** Content of the files that it shows, by their names in the folder of pictures. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

export interface MarkdownOptions {
  readonly drawn: DrawnPictures;
  /** As links name it, seen from the file. */
  readonly picturesFolder: string;
}

/** Markdown (CommonMark with tables), and the pictures that lie beside it. */
export function renderMarkdown(
  report: ReportDocument,
  { drawn, picturesFolder }: MarkdownOptions,
): MarkdownReport {
  const pictures = new Map<string, Uint8Array>();
  const pen: Pen = { text: reportText(report.language), drawn, picturesFolder, pictures };
  const parts = [
    `# ${escaped(report.title)}`,
    report.subtitle.map(escaped).join('  \n'),
    ...report.blocks.map((block) => blockText(block, pen)),
  ];
  return { markdown: `${parts.join('\n\n')}\n`, pictures };
}

interface Pen {
  readonly text: ReportText;
  readonly drawn: DrawnPictures;
  readonly picturesFolder: string;
  readonly pictures: Map<string, Uint8Array>;
}

function blockText(block: Block, pen: Pen): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level + 1)} ${escaped(block.text)}`;
    case 'paragraph':
      return inlinesText(block.content);
    case 'list':
      return listText(block.items, block.ordered, pen);
    case 'code':
      return `${fence(block.text)}\n${block.text}\n${fence(block.text)}`;
    case 'table':
      return tableText(block, pen);
    case 'figure':
      return figureText(block, pen);
    case 'author':
      return authorRegion(
        block.name,
        block.source === '' ? `*${escaped(pen.text('author.hint', { hint: block.hint }))}*` : block.source,
        block.source,
      );
    case 'missing':
      return `> **${escaped(pen.text('missing.title'))}.** ${escaped(block.what)}\n>\n> ${escaped(pen.text('missing.record'))}${inlinesText(block.how)}`;
  }
}

function listText(items: readonly (readonly Block[])[], ordered: boolean, pen: Pen): string {
  return items
    .map((item, i) => {
      const marker = ordered ? `${i + 1}. ` : '- ';
      const inside = item.map((block) => blockText(block, pen)).join('\n\n');
      return marker + inside.replaceAll('\n', `\n${' '.repeat(marker.length)}`);
    })
    .join('\n');
}

/** Longer than any run of backquotes within. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(longest + 1);
}

function tableText({ caption, number, columns, rows, note }: TableBlock, pen: Pen): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const title = caption === '' ? [] : [`**${pen.text('table', { number })}.** ${captionText(caption)}`, ''];
  return [
    ...title,
    line(columns.map(({ title: name }) => cellText(name))),
    line(columns.map(({ align }) => (align === 'end' ? '---:' : ':---'))),
    ...rows.map((row) => line(row.map(({ text }) => cellText(text)))),
    ...(note === null ? [] : ['', `*${escaped(note)}*`]),
  ].join('\n');
}

function cellText(text: string): string {
  return escaped(text).replaceAll(/\s*\n\s*/g, ' ');
}

function figureText({ number, caption, pictures }: FigureBlock, pen: Pen): string {
  const shown = pictures.map(({ content, description, caption: below }, i) => {
    const letter = pictures.length > 1 ? String.fromCharCode(97 + i) : '';
    const file = pictureFile({ content, name: `figure-${number}${letter}` }, pen);
    const picture =
      file === null
        ? `*${escaped(pen.text('no-picture'))}*`
        : `![${escaped(description)}](${encodeURI(pen.picturesFolder)}/${file})`;
    return below === '' ? picture : `${picture}\n\n${escaped(below)}`;
  });
  const names = [...new Set(pictures.flatMap(({ recordNames }) => recordNames))];
  const trace =
    names.length === 0 || names.length > 6 ? '' : `  \n${names.map((name) => `\`${name}\``).join(' ')}`;
  return `${shown.join('\n\n')}\n\n**${pen.text('figure', { number })}.** ${captionText(caption)}${trace}`;
}

interface NamedPicture {
  readonly content: FigureBlock['pictures'][number]['content'];
  readonly name: string;
}

function pictureFile({ content, name }: NamedPicture, { drawn, pictures }: Pen): string | null {
  if (content.kind === 'plot') {
    pictures.set(`${name}.svg`, new TextEncoder().encode(content.svg));
    return `${name}.svg`;
  }
  const picture = drawn.get(pictureKey(content));
  if (picture === undefined) return null;
  const file = `${name}.${picture.type === 'image/png' ? 'png' : 'jpg'}`;
  pictures.set(file, picture.data);
  return file;
}

/** Texts of captions write commands between backquotes, as Markdown does. */
function captionText(caption: string): string {
  return caption
    .split('`')
    .map((part, i) => (i % 2 === 1 ? `\`${part}\`` : escaped(part)))
    .join('');
}

/** What Markdown would take for marks. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#~]/g, (mark) => `\\${mark}`).replaceAll(/^(\d+)\. /gm, '$1\\. ');
}

function inlinesText(content: readonly Inline[]): string {
  return content.map(inlineText).join('');
}

function inlineText(inline: Inline): string {
  switch (inline.kind) {
    case 'text':
      return escaped(inline.text);
    case 'code':
      return `\`${inline.text}\``;
    case 'strong':
      return `**${inlinesText(inline.content)}**`;
    case 'emphasis':
      return `*${inlinesText(inline.content)}*`;
    case 'link':
      return `[${inlinesText(inline.content)}](${inline.href})`;
    case 'break':
      return '  \n';
  }
}
