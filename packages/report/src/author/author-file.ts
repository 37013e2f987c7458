import { withoutComments } from '../document/parse-markdown.ts';

/** The file of an author's paragraphs: Markdown, with a comment before each that names its place in the report. */
export interface AuthorFile {
  /** Before the first place. */
  readonly head: string;
  readonly sections: readonly AuthorSection[];
}

interface AuthorSection {
  readonly name: string;
  /** All that stands below the comment, hints included, to the letter. */
  readonly raw: string;
}

const MARK = /^<!--\s*author:\s*([a-z0-9-]+)\s*-->[^\S\n]*\n?/gm;

export function parseAuthorFile(source: string): AuthorFile {
  const text = source.replaceAll('\r\n', '\n');
  const marks = [...text.matchAll(MARK)];
  return {
    head: text.slice(0, marks[0]?.index ?? text.length),
    sections: marks.map((mark, i) => ({
      name: mark[1] ?? '',
      raw: text.slice(mark.index + mark[0].length, marks[i + 1]?.index ?? text.length),
    })),
  };
}

/** What was written, by name; comments are not. A place that is there twice has both texts. */
export function authorTextsOf({ sections }: AuthorFile): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { name, raw } of sections) {
    const text = withoutComments(raw).trim();
    const before = texts.get(name);
    texts.set(name, before === undefined || before === '' ? text : `${before}\n\n${text}`.trim());
  }
  return texts;
}

export interface AuthorPlace {
  readonly name: string;
  readonly hint: string;
}

/**
 * The file with a place for each that the template asks for, and with the texts given; all else stays as it is, also places
 * that no template knows.
 */
export function completeAuthorFile(
  file: AuthorFile,
  places: readonly AuthorPlace[],
  texts: ReadonlyMap<string, string>,
): string {
  const known = authorTextsOf(file);
  const changed = file.sections.map(({ name, raw }, i) => {
    const text = texts.get(name);
    const isFirst = file.sections.findIndex((section) => section.name === name) === i;
    if (text === undefined || text === (known.get(name) ?? '')) return mark(name) + raw;
    return isFirst ? mark(name) + commentsOf(raw) + body(text) : '';
  });
  const added = places
    .filter(({ name }) => !known.has(name))
    .map(
      ({ name, hint }) =>
        `${mark(name)}<!-- ${hint.replaceAll('--', '–')} -->\n${body(texts.get(name) ?? '')}`,
    );
  const before = file.head === '' && file.sections.length === 0 ? HEAD : file.head;
  return [before, ...changed, ...added].join('').replace(/\n*$/, '\n');
}

const HEAD = `<!--
Calque puts these paragraphs into the report each time that it is made. Write Markdown below the comments; keep the lines
"author: …". Calque never removes what stands here.
-->

`;

function mark(name: string): string {
  return `<!-- author: ${name} -->\n`;
}

function body(text: string): string {
  return text === '' ? '\n\n' : `\n${text}\n\n`;
}

function commentsOf(raw: string): string {
  const comments = raw.match(/<!--[\s\S]*?-->/g) ?? [];
  return comments.map((comment) => `${comment}\n`).join('');
}
