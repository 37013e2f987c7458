import { marked, type Token, type Tokens } from 'marked';
import type { Block, Inline } from './report-document.ts';

/**
 * Blocks of an author's Markdown: paragraphs, headings, lists, code, tables, emphasis and links. HTML is shown as it is
 * written, comments are left out, and links that lead elsewhere than to http, https and mailto lose their target.
 */
export function parseMarkdown(source: string): Block[] {
  return marked.lexer(withoutComments(source)).flatMap(blocksOf);
}

export function withoutComments(source: string): string {
  return source.replaceAll(/<!--[\s\S]*?(-->|$)/g, '');
}

function blocksOf(token: Token): Block[] {
  switch (token.type) {
    case 'space':
    case 'hr':
    case 'def':
      return [];
    case 'heading':
      return [paragraph([{ kind: 'strong', content: inlinesOf((token as Tokens.Heading).tokens) }])];
    case 'list':
      return [listOf(token as Tokens.List)];
    case 'code':
      return [{ kind: 'code', text: (token as Tokens.Code).text }];
    case 'blockquote':
      return (token as Tokens.Blockquote).tokens.flatMap(blocksOf);
    case 'table':
      return [tableOf(token as Tokens.Table)];
    case 'paragraph':
    case 'text':
      return [paragraph(inlinesOf(childrenOf(token)))];
    default:
      return [paragraph([{ kind: 'text', text: token.raw.trim() }])];
  }
}

function paragraph(content: readonly Inline[]): Block {
  return { kind: 'paragraph', content };
}

function childrenOf(token: Token): readonly Token[] {
  return 'tokens' in token && token.tokens !== undefined ? token.tokens : [token];
}

function listOf({ ordered, items }: Tokens.List): Block {
  return { kind: 'list', ordered, items: items.map(({ tokens }) => tokens.flatMap(blocksOf)) };
}

function tableOf({ header, rows }: Tokens.Table): Block {
  const cell = ({ tokens }: Tokens.TableCell) => ({ text: plainText(inlinesOf(tokens)) });
  return {
    kind: 'table',
    caption: '',
    number: 0,
    columns: header.map(({ tokens, align }) => ({
      title: plainText(inlinesOf(tokens)),
      align: align === 'right' ? 'end' : 'start',
    })),
    rows: rows.map((row) => row.map(cell)),
    note: null,
  };
}

function inlinesOf(tokens: readonly Token[]): Inline[] {
  return tokens.flatMap((token): Inline[] => {
    switch (token.type) {
      case 'strong':
        return [{ kind: 'strong', content: inlinesOf(childrenOf(token)) }];
      case 'em':
        return [{ kind: 'emphasis', content: inlinesOf(childrenOf(token)) }];
      case 'codespan':
        return [{ kind: 'code', text: (token as Tokens.Codespan).text }];
      case 'br':
        return [{ kind: 'break' }];
      case 'link':
        return linkOf(token as Tokens.Link);
      case 'del':
        return inlinesOf(childrenOf(token));
      case 'escape':
      case 'text': {
        const { tokens: inner, text } = token as Tokens.Text;
        return inner === undefined ? [{ kind: 'text', text }] : inlinesOf(inner);
      }
      default:
        return [{ kind: 'text', text: token.raw }];
    }
  });
}

function linkOf({ href, tokens }: Tokens.Link): Inline[] {
  const content = inlinesOf(tokens);
  return /^(https?|mailto):/i.test(href) ? [{ kind: 'link', href, content }] : content;
}

export function plainText(content: readonly Inline[]): string {
  return content
    .map((inline) => {
      if (inline.kind === 'break') return ' ';
      return 'content' in inline ? plainText(inline.content) : inline.text;
    })
    .join('');
}
