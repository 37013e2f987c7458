import type { Language } from '../texts/report-texts.ts';

/** A report without its looks: renderers turn it into HTML, Markdown and PDF. Text is plain; nothing in it is markup. */
export interface ReportDocument {
  readonly language: Language;
  readonly title: string;
  /** Below the title, one line each. */
  readonly subtitle: readonly string[];
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | HeadingBlock
  | ParagraphBlock
  | ListBlock
  | CodeBlock
  | TableBlock
  | FigureBlock
  | AuthorBlock
  | MissingBlock;

export interface HeadingBlock {
  readonly kind: 'heading';
  readonly level: 1 | 2 | 3;
  readonly text: string;
  /** Unique in the document; letters, digits and hyphens. */
  readonly id: string;
}

export interface ParagraphBlock {
  readonly kind: 'paragraph';
  readonly content: readonly Inline[];
}

export interface ListBlock {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly items: readonly (readonly Block[])[];
}

export interface CodeBlock {
  readonly kind: 'code';
  readonly text: string;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly caption: string;
  /** Set by numbering: `Table 3`. */
  readonly number: number;
  readonly columns: readonly { readonly title: string; readonly align: 'start' | 'end' }[];
  readonly rows: readonly (readonly Cell[])[];
  /** Below the table, small. */
  readonly note: string | null;
}

/** `recordName` leads to the record behind the row. */
export interface Cell {
  readonly text: string;
  readonly recordName?: string;
}

/** Pictures side by side under one number. */
export interface FigureBlock {
  readonly kind: 'figure';
  readonly number: number;
  readonly caption: string;
  readonly pictures: readonly FigurePicture[];
}

export interface FigurePicture {
  readonly content: PictureRequest | PlotPicture;
  /** What a person who does not see it should know. */
  readonly description: string;
  /** Below this picture alone; empty where the figure's says enough. */
  readonly caption: string;
  /** Records that it was made of. */
  readonly recordNames: readonly string[];
}

/** A vector picture. Its text is set in outlines or in generic families. */
export interface PlotPicture {
  readonly kind: 'plot';
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A picture that whoever has the images draws. */
export type PictureRequest =
  | { readonly kind: 'thumbnail'; readonly imageId: string }
  /** All objects of an image, outlined and numbered. */
  | { readonly kind: 'sheet'; readonly imageId: string }
  /** An object with its prompt. */
  | { readonly kind: 'overlay'; readonly objectId: string; readonly revision: string }
  /** Kept, gained and lost in three colours. */
  | {
      readonly kind: 'difference';
      readonly objectId: string;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'capture'; readonly name: string };

/** Words of the report's author, kept from one making to the next. */
export interface AuthorBlock {
  readonly kind: 'author';
  /** Names the place in the report. */
  readonly name: string;
  /** What is asked for. */
  readonly hint: string;
  /** As it was written, Markdown; empty where nothing was. */
  readonly source: string;
  readonly blocks: readonly Block[];
}

/** Something that was not recorded, and how to record it. */
export interface MissingBlock {
  readonly kind: 'missing';
  readonly what: string;
  readonly how: readonly Inline[];
}

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly content: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly content: readonly Inline[] }
  | { readonly kind: 'break' };

/** Equal for equal pictures: they are drawn once. */
export function pictureKey(request: PictureRequest): string {
  return JSON.stringify(Object.entries(request).toSorted());
}

/** All pictures that a document asks for, each once, in order. */
export function picturesOf({ blocks }: Pick<ReportDocument, 'blocks'>): PictureRequest[] {
  const requests = new Map<string, PictureRequest>();
  for (const block of blocks) {
    if (block.kind !== 'figure') continue;
    for (const { content } of block.pictures) {
      if (content.kind !== 'plot') requests.set(pictureKey(content), content);
    }
  }
  return [...requests.values()];
}

/** A picture that was drawn. */
export interface DrawnPicture {
  readonly data: Uint8Array;
  readonly type: 'image/jpeg' | 'image/png';
  readonly width: number;
  readonly height: number;
}

/** By {@link pictureKey}; those that could not be drawn are absent, and the renderers say so. */
export type DrawnPictures = ReadonlyMap<string, DrawnPicture>;
