import { describe, expect, test } from 'vitest';
import { renderHtml } from '../render/render-html.ts';
import { renderMarkdown } from '../render/render-markdown.ts';
import { renderTypst } from '../render/render-typst.ts';
import { builtInTemplate } from '../template/built-in-templates.ts';
import { parseTemplate } from '../template/parse-template.ts';
import { BLOCK_NAMES } from '../template/vocabulary.ts';
import { emptyStudy, sampleStudy } from '../testing/sample-study.ts';
import type { Language } from '../texts/report-texts.ts';
import { buildReport } from './build-report.ts';
import { type FigureBlock, picturesOf, type ReportDocument, type TableBlock } from './report-document.ts';

function report(
  source: string,
  parts: { study?: ReturnType<typeof sampleStudy>; language?: Language; texts?: Map<string, string> } = {},
) {
  return buildReport({
    study: parts.study ?? sampleStudy(),
    template: parseTemplate(`# T\n\n${source}`, 'test.md'),
    language: parts.language ?? 'en',
    authorTexts: parts.texts ?? new Map(),
    recordsFolder: 'r.records',
  });
}

function tables({ blocks }: ReportDocument): TableBlock[] {
  return blocks.filter((block): block is TableBlock => block.kind === 'table');
}

function figures({ blocks }: ReportDocument): FigureBlock[] {
  return blocks.filter((block): block is FigureBlock => block.kind === 'figure');
}

const texts = (table: TableBlock | undefined) => table?.rows.map((row) => row.map(({ text }) => text));

describe('the tables', () => {
  test('measures are score, stability, area and perimeter of each mask, as the language writes numbers', () => {
    expect(texts(tables(report('{{measures}}'))[0])?.[0]).toEqual([
      'bike <1>.jpg',
      'wheel & spokes',
      '0.953',
      '0.963',
      '12,345',
      '1,234.5',
      'accepted',
    ]);
    expect(texts(tables(report('{{measures}}', { language: 'fr' }))[0])?.[0]).toEqual([
      'bike <1>.jpg',
      'wheel & spokes',
      '0,953',
      '0,963',
      '12\u202f345',
      '1\u202f234,5',
      'accepté',
    ]);
  });

  test('the box is the prompt, the time that of its answer', () => {
    expect(texts(tables(report('{{predictions}}'))[0])?.[2]).toEqual([
      'crowd.png',
      'tram',
      '10, 20.5, 210, 120',
      '0',
      '0.710',
      '4,000',
      '70',
    ]);
  });

  test('points of a comparison are listed with coordinates and labels', () => {
    const [measures, points] = tables(report('{{comparisons}}', { language: 'fr' }));
    expect(texts(points)).toEqual([
      ['1', '100,5 ; 60,5', 'avant-plan', 'après'],
      ['2', '205,5 ; 30,5', 'arrière-plan', 'après'],
    ]);
    expect(texts(measures)?.slice(-4)).toEqual([
      ['Conservé (px)', '', '500'],
      ['Gagné (px)', '', '0'],
      ['Perdu (px)', '', '300'],
      ['IoU des deux masques', '', '0,625'],
    ]);
  });

  test('failures are grouped, with their share of all objects', () => {
    expect(texts(tables(report('{{failures}}'))[0])).toEqual([
      ['Rejected: it takes in too much', '1', '33.3%'],
      ['Low score', '1', '33.3%'],
      ['Unstable mask', '1', '33.3%'],
    ]);
  });

  test('an object without a name is called by its place', () => {
    expect(texts(tables(report('{{measures}}'))[0])?.[1]?.[1]).toBe('Object 2');
    expect(texts(tables(report('{{measures}}', { language: 'fr' }))[0])?.[1]?.[1]).toBe('Objet 2');
  });
});

describe('traces', () => {
  test('the appendix names each record, where it is used, and what replays it', () => {
    const made = report('{{measures}}\n\n{{comparisons}}\n\n{{records}}');
    const appendix = texts(tables(made).at(-1));
    expect(appendix).toContainEqual(['i1-a2', 'Figure 1, Table 2', 'calque replay r.records/i1-a2.json']);
    expect(appendix?.map(([name]) => name)).toEqual(['i1-a1', 'i1-a3', 'i2-a4', 'i1-a2']);
  });

  test('every figure of a mask has its record', () => {
    const made = report('{{workbench}}\n\n{{overlays}}\n\n{{comparisons}}\n\n{{failures}}');
    for (const { pictures } of figures(made)) {
      for (const { recordNames } of pictures) expect(recordNames.length).toBeGreaterThan(0);
    }
    expect(figures(made).map(({ number }) => number)).toEqual(figures(made).map((_, i) => i + 1));
  });
});

describe('nothing recorded', () => {
  test.each(['en', 'fr'] as const)(
    'every block says what is missing and how to record it (%s)',
    (language) => {
      for (const name of BLOCK_NAMES) {
        const { blocks } = report(`{{${name}}}`, { study: emptyStudy, language });
        const says = blocks.some(({ kind }) => kind === 'missing') || name === 'records';
        expect({ name, says }).toEqual({ name, says: true });
      }
    },
  );
});

describe('renderers', () => {
  const hostile = new Map([
    ['why', 'Say <script>alert(1)</script> [x](javascript:alert(1)) **bold** #set text(red) `a` | $x$'],
  ]);
  const made = report('{{measures}}\n\n{{author why: say why}}\n\n{{workbench}}\n\n{{records}}', {
    texts: hostile,
  });
  const material = { pictures: new Map(), records: new Map() };

  test('HTML runs nothing and asks for nothing', () => {
    const html = renderHtml(made, material);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; x <strong>bold</strong>');
    expect(html).toContain('wheel &amp; spokes');
    expect(html).not.toMatch(/<script|javascript:|https?:\/\/(?!www\.w3\.org)/);
    expect(html).toContain('could not be drawn');
  });

  test('Markdown keeps words words', () => {
    const { markdown } = renderMarkdown(made, { drawn: new Map(), picturesFolder: 'p' });
    expect(markdown).toContain('bike \\<1\\>.jpg');
    expect(markdown).toContain('<!-- author: why ');
  });

  test('Typst gets texts as data, none as program', () => {
    const { main, files } = renderTypst(made, material);
    expect(main).not.toContain('alert');
    const data = JSON.parse(new TextDecoder().decode(files.get('report.json'))) as {
      blocks: { kind: string }[];
    };
    expect(data.blocks.map(({ kind }) => kind)).toEqual(made.blocks.map(({ kind }) => kind));
  });

  test.each(['en', 'fr'] as const)('the lab report has every chapter of its template (%s)', (language) => {
    const lab = buildReport({
      study: sampleStudy(),
      template: parseTemplate(builtInTemplate('lab', language), 'lab'),
      language,
      authorTexts: new Map(),
      recordsFolder: 'r',
    });
    const html = renderHtml(lab, material);
    expect(html.match(/<h2 id="chapter/g)).toHaveLength(8);
    expect(html).not.toMatch(/\{\{|undefined|NaN/);
    expect(picturesOf(lab).length).toBeGreaterThan(5);
  });
});
