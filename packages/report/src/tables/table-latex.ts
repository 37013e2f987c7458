import { cellText, isNumeric, type Table } from './table.ts';

/** The table as a LaTeX `tabular` that needs no package; UTF-8. Numbers to the right and as `locale` writes them. */
export function tableLatex({ columns, rows }: Table, locale: string): string {
  const line = (cells: readonly string[]) => `${cells.map(escapeLatex).join(' & ')} \\\\\n`;
  return (
    `\\begin{tabular}{${columns.map((column) => (isNumeric(column) ? 'r' : 'l')).join('')}}\n\\hline\n` +
    line(columns.map(({ heading }) => heading)) +
    '\\hline\n' +
    rows.map((row) => line(columns.map((column, i) => cellText(row[i] ?? null, column, locale)))).join('') +
    '\\hline\n\\end{tabular}\n'
  );
}

const LATEX_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '[': '{[}',
  ']': '{]}',
  '²': '\\textsuperscript{2}',
  '×': '\\(\\times\\)',
  '\u00a0': '~',
  '\u202f': '\\,',
};

function escapeLatex(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: LaTeX stops at these.
      .replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')
      .replaceAll(/[\\{}&%$#_~^<>|"[\]²×\u00a0\u202f]/g, (character) => LATEX_ESCAPES[character] as string)
  );
}
