import { describe, expect, test } from 'vitest';
import type { Table } from './table.ts';
import { tableCsv } from './table-csv.ts';
import { tableLatex } from './table-latex.ts';
import { tableMarkdown } from './table-markdown.ts';

const table: Table = {
  columns: [
    { heading: 'image' },
    { heading: 'area (px²)', decimals: 0 },
    { heading: 'box/image (%)', decimals: 2 },
  ],
  rows: [
    ['a_1 & "b", 50%|x.jpg', 12345, 0.123456],
    ['=cmd()\nnext', null, Number.NaN],
  ],
};

describe('a table', () => {
  test('is CSV with every digit, quoted where it must be, and no formulas', () => {
    expect(tableCsv(table)).toBe(
      'image,area (px²),box/image (%)\r\n' +
        '"a_1 & ""b"", 50%|x.jpg",12345,0.123456\r\n' +
        '"\'=cmd()\nnext",,\r\n',
    );
  });

  test('is Markdown whose cells stay cells', () => {
    expect(tableMarkdown(table, 'en')).toBe(
      '| image | area (px²) | box/image (%) |\n| :--- | ---: | ---: |\n' +
        '| a\\_1 & "b", 50%\\|x.jpg | 12,345 | 0.12 |\n| =cmd() next |  |  |\n',
    );
  });

  test('is LaTeX without a character that means something to it', () => {
    expect(tableLatex(table, 'en')).toBe(
      '\\begin{tabular}{lrr}\n\\hline\n' +
        'image & area (px\\textsuperscript{2}) & box/image (\\%) \\\\\n\\hline\n' +
        "a\\_1 \\& ''b'', 50\\%\\textbar{}x.jpg & 12,345 & 0.12 \\\\\n" +
        '=cmd() next &  &  \\\\\n\\hline\n\\end{tabular}\n',
    );
  });

  test('has numbers as the language writes them', () => {
    expect(tableMarkdown(table, 'fr')).toContain('| 12\u202f345 | 0,12 |');
    expect(tableLatex(table, 'fr')).toContain('& 12\\,345 & 0,12 \\\\');
  });

  test.each([
    ['\\', '\\textbackslash{}'],
    ['{~^}', '\\{\\textasciitilde{}\\textasciicircum{}\\}'],
    ['#1 $<>', '\\#1 \\$\\textless{}\\textgreater{}'],
    // After \\ a bracket would be taken for an argument.
    ['[2]', '{[}2{]}'],
  ])('writes %s so that LaTeX prints it', (text, written) => {
    expect(tableLatex({ columns: [{ heading: 'h' }], rows: [[text]] }, 'en')).toContain(
      `\n${written} \\\\\n`,
    );
  });
});
