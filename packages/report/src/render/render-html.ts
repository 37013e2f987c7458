import type { PredictionRecord } from '@calque/core';
import {
  type AuthorBlock,
  type Block,
  type Cell,
  type DrawnPictures,
  type FigureBlock,
  type FigurePicture,
  type HeadingBlock,
  type Inline,
  pictureKey,
  type ReportDocument,
  type TableBlock,
} from '../document/report-document.ts';
import { type ReportText, reportText } from '../texts/report-texts.ts';
import { base64Of } from './base64-of.ts';
import { escapeHtml as e } from './escape-html.ts';
import { REPORT_CSS, REPORT_STYLE_SOURCE } from './report-css.ts';

/** What is drawn and recorded beside the document. */
export interface ReportMaterial {
  readonly pictures: DrawnPictures;
  /** By the names that the document uses. */
  readonly records: ReadonlyMap<string, PredictionRecord>;
}

/**
 * One file with everything in it: styles, pictures, and the records as links that save them. It asks for nothing over the
 * network and runs no script; screens in light and dark, and paper.
 */
export function renderHtml(report: ReportDocument, material: ReportMaterial): string {
  const text = reportText(report.language);
  const pen: Pen = { text, material, linked: new Set() };
  const body = report.blocks.map((block) => blockHtml(block, pen)).join('\n');
  return `<!doctype html>
<html lang="${report.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src ${REPORT_STYLE_SOURCE}">
<title>${e(report.title)}</title>
<style>${REPORT_CSS}</style>
</head>
<body>
<main>
<header>
<h1>${e(report.title)}</h1>
${report.subtitle.map((line) => `<p class="subtitle">${e(line)}</p>`).join('\n')}
</header>
${contents(report.blocks, text)}
${body}
</main>
</body>
</html>
`;
}

interface Pen {
  readonly text: ReportText;
  readonly material: ReportMaterial;
  /** Records whose row in the appendix was written. */
  readonly linked: Set<string>;
}

function contents(blocks: readonly Block[], text: ReportText): string {
  const headings = blocks.filter(
    (block): block is HeadingBlock => block.kind === 'heading' && block.level < 3,
  );
  if (headings.length === 0) return '';
  const items = headings.map(
    ({ level, id, text: title }) => `<li class="level-${level}"><a href="#${id}">${e(title)}</a></li>`,
  );
  return `<nav aria-labelledby="contents"><h2 id="contents">${e(text('contents'))}</h2><ol>${items.join('')}</ol></nav>`;
}

function blockHtml(block: Block, pen: Pen): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level + 1} id="${block.id}">${e(block.text)}</h${block.level + 1}>`;
    case 'paragraph':
      return `<p>${inlinesHtml(block.content)}</p>`;
    case 'list': {
      const items = block.items.map((item) => `<li>${item.map((one) => itemHtml(one, pen)).join('')}</li>`);
      return block.ordered ? `<ol>${items.join('')}</ol>` : `<ul>${items.join('')}</ul>`;
    }
    case 'code':
      return `<pre tabindex="0"><code>${e(block.text)}</code></pre>`;
    case 'table':
      return tableHtml(block, pen);
    case 'figure':
      return figureHtml(block, pen);
    case 'author':
      return authorHtml(block, pen);
    case 'missing':
      return (
        `<aside class="missing"><p><strong>${e(pen.text('missing.title'))}.</strong> ${e(block.what)}</p>` +
        `<p>${e(pen.text('missing.record'))}${inlinesHtml(block.how)}</p></aside>`
      );
  }
}

/** A list whose items are one paragraph each is set tight. */
function itemHtml(block: Block, pen: Pen): string {
  return block.kind === 'paragraph' ? inlinesHtml(block.content) : blockHtml(block, pen);
}

function authorHtml({ name, hint, blocks }: AuthorBlock, pen: Pen): string {
  const inside =
    blocks.length === 0
      ? `<p class="hint">${e(pen.text('author.hint', { hint }))}</p>`
      : blocks.map((block) => blockHtml(block, pen)).join('\n');
  return `<section class="author${blocks.length === 0 ? ' open' : ''}" data-author="${e(name)}">${inside}</section>`;
}

function tableHtml({ caption, number, columns, rows, note }: TableBlock, pen: Pen): string {
  const head = columns
    .map(({ title, align }) => `<th scope="col" class="${align}">${e(title)}</th>`)
    .join('');
  const body = rows
    .map(
      (row) => `<tr>${row.map((cell, i) => cellHtml(cell, columns[i]?.align ?? 'start', pen)).join('')}</tr>`,
    )
    .join('\n');
  const title =
    caption === ''
      ? ''
      : `<caption id="table-${number}"><span class="number">${e(pen.text('table', { number }))}.</span> ${captionHtml(caption)}</caption>`;
  const label = caption === '' ? '' : ` role="region" aria-labelledby="table-${number}"`;
  return (
    `<div class="table" tabindex="0"${label}><table>${title}<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>` +
    (note === null ? '' : `<p class="note">${e(note)}</p>`)
  );
}

function cellHtml({ text, recordName }: Cell, align: string, pen: Pen): string {
  return `<td class="${align}">${recordName === undefined ? e(text) : recordLink(recordName, text, pen)}</td>`;
}

/** The first cell that shows a record's own name saves it; all others lead there. */
function recordLink(name: string, text: string, { material, linked }: Pen): string {
  const record = material.records.get(name);
  if (record === undefined) return e(text);
  if (text !== name || linked.has(name)) return `<a href="#record-${e(name)}">${e(text)}</a>`;
  linked.add(name);
  const json = base64Of(new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
  return `<a id="record-${e(name)}" class="record" download="${e(name)}.json" href="data:application/json;base64,${json}">${e(name)}</a>`;
}

function figureHtml({ number, caption, pictures }: FigureBlock, pen: Pen): string {
  const shown = pictures.map((picture) => pictureHtml(picture, pictures.length > 1, pen)).join('');
  const names = [...new Set(pictures.flatMap(({ recordNames }) => recordNames))].filter((name) =>
    pen.material.records.has(name),
  );
  const trace =
    names.length === 0 || names.length > MOST_TRACES
      ? ''
      : `<span class="trace">${names.map((name) => `<a href="#record-${e(name)}">${e(name)}</a>`).join(' ')}</span>`;
  return (
    `<figure id="figure-${number}"><div class="pictures">${shown}</div>` +
    `<figcaption><span class="number">${e(pen.text('figure', { number }))}.</span> ${captionHtml(caption)} ${trace}</figcaption></figure>`
  );
}

/** Under a figure; beyond, the appendix has them. */
const MOST_TRACES = 6;

function pictureHtml(
  { content, description, caption }: FigurePicture,
  isOneOfMany: boolean,
  pen: Pen,
): string {
  const below = caption === '' ? '' : `<p class="below">${e(caption)}</p>`;
  if (content.kind === 'plot') {
    const svg = base64Of(new TextEncoder().encode(content.svg));
    return `<div class="picture plot">${imageHtml(`data:image/svg+xml;base64,${svg}`, content, description)}${below}</div>`;
  }
  const drawn = pen.material.pictures.get(pictureKey(content));
  if (drawn === undefined)
    return `<div class="picture"><p class="missing">${e(pen.text('no-picture'))}</p>${below}</div>`;
  const source = `data:${drawn.type};base64,${base64Of(drawn.data)}`;
  const narrow = isOneOfMany || drawn.height > drawn.width ? '' : ' wide';
  return `<div class="picture${narrow}">${imageHtml(source, drawn, description)}${below}</div>`;
}

function imageHtml(
  source: string,
  { width, height }: { readonly width: number; readonly height: number },
  description: string,
): string {
  return `<img src="${source}" width="${width}" height="${height}" alt="${e(description)}">`;
}

function captionHtml(text: string): string {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 1 ? `<code>${e(part)}</code>` : e(part)))
    .join('');
}

function inlinesHtml(content: readonly Inline[]): string {
  return content.map(inlineHtml).join('');
}

function inlineHtml(inline: Inline): string {
  switch (inline.kind) {
    case 'text':
      return e(inline.text);
    case 'code':
      return `<code>${e(inline.text)}</code>`;
    case 'strong':
      return `<strong>${inlinesHtml(inline.content)}</strong>`;
    case 'emphasis':
      return `<em>${inlinesHtml(inline.content)}</em>`;
    case 'link':
      return `<a href="${e(inline.href)}">${inlinesHtml(inline.content)}</a>`;
    case 'break':
      return '<br>';
  }
}
