import { marked, type Token, type Tokens } from 'marked';
import { parseMarkdown } from '../document/parse-markdown.ts';
import type { Block } from '../document/report-document.ts';
import { templateInvalid } from '../errors.ts';
import { type BlockName, isBlockName, isValueName } from './vocabulary.ts';

/** A template, read: what the report consists of, in order. */
export interface Template {
  readonly title: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  /** Words of the template; `{{value}}` in their texts stands for a value. */
  | { readonly kind: 'words'; readonly blocks: readonly Block[] }
  | { readonly kind: 'block'; readonly name: BlockName }
  | { readonly kind: 'author'; readonly name: string; readonly hint: string };

const AUTHOR = /^\{\{\s*author\s+([a-z0-9-]+)\s*:\s*([^{}]+?)\s*\}\}$/;
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/**
 * Reads a template (docs/report.md): Markdown whose first heading is the title, in which a paragraph `{{name}}` stands for a
 * block, `{{name}}` within text for a value, and `{{author name: what is asked for}}` for words of the author.
 *
 * @param file named in the error.
 * @throws `template-invalid`, which names the line.
 */
export function parseTemplate(source: string, file: string): Template {
  const reader: Reader = { file, authors: new Set(), title: null };
  const parts: TemplatePart[] = [];
  let line = 1;
  for (const token of marked.lexer(source.replaceAll('\r\n', '\n'))) {
    const part = partOf(token, line, reader);
    if (part !== null) parts.push(part);
    line += newlines(token.raw);
  }
  if (reader.title === null) throw templateInvalid(file, 1, 'it has no title', 'a line `# Title` first');
  return { title: reader.title, parts };
}

interface Reader {
  readonly file: string;
  readonly authors: Set<string>;
  title: string | null;
}

function partOf(token: Token, line: number, reader: Reader): TemplatePart | null {
  if (token.type === 'space' || token.type === 'html') return null;
  if (token.type === 'heading') return headingOf(token as Tokens.Heading, line, reader);
  const text = token.type === 'paragraph' ? token.raw.trim() : '';
  if (/^\{\{[\s\S]*\}\}$/.test(text) && !text.slice(2).includes('{{'))
    return placeholderOf(text, line, reader);
  checkValues(token.raw, line, reader);
  return { kind: 'words', blocks: parseMarkdown(token.raw) };
}

function headingOf({ depth, text, raw }: Tokens.Heading, line: number, reader: Reader): TemplatePart | null {
  checkValues(raw, line, reader);
  if (depth === 1 && reader.title === null) {
    reader.title = text;
    return null;
  }
  if (depth === 1) throw templateInvalid(reader.file, line, 'there is a second title', 'chapters with `##`');
  return { kind: 'heading', level: Math.min(3, depth - 1) as 1 | 2 | 3, text };
}

function placeholderOf(text: string, line: number, { file, authors }: Reader): TemplatePart {
  const author = AUTHOR.exec(text.replaceAll(/\s*\n\s*/g, ' '));
  if (author !== null) {
    const [, name = '', hint = ''] = author;
    if (authors.has(name)) {
      throw templateInvalid(file, line, `the author's text ${name} is there twice`, 'another name for each');
    }
    authors.add(name);
    return { kind: 'author', name, hint };
  }
  const name = text.slice(2, -2).trim();
  if (isBlockName(name)) return { kind: 'block', name };
  if (isValueName(name)) return { kind: 'words', blocks: parseMarkdown(text) };
  throw templateInvalid(file, line, `there is no block ${quoted(name)}`, expectedNames(name));
}

/** Placeholders within text are values, and closed. */
function checkValues(raw: string, line: number, { file }: Reader): void {
  for (const match of raw.matchAll(PLACEHOLDER)) {
    const name = (match[1] ?? '').trim();
    const at = line + newlines(raw.slice(0, match.index));
    if (isValueName(name)) continue;
    if (isBlockName(name)) {
      throw templateInvalid(file, at, `the block ${quoted(name)} is within text`, 'a paragraph of its own');
    }
    throw templateInvalid(file, at, `there is no value ${quoted(name)}`, expectedNames(name));
  }
  const open = raw.replaceAll(PLACEHOLDER, '').search(/\{\{|\}\}/);
  if (open >= 0) {
    const rest = raw.search(/\{\{(?![^{}]*\}\})|\}\}/);
    throw templateInvalid(
      file,
      line + newlines(raw.slice(0, Math.max(0, rest))),
      'a placeholder is not closed',
      '`{{name}}`',
    );
  }
}

function expectedNames(name: string): string {
  return name.startsWith('author')
    ? '`{{author name: what is asked for}}`, the name in small letters, digits and hyphens'
    : 'a name that docs/report.md lists';
}

function quoted(name: string): string {
  return `"${name.slice(0, 60)}"`;
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
