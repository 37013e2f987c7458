import type { Block, FigureBlock, TableBlock } from './report-document.ts';

/** Blocks with figures and tables counted from 1, each kind by itself; tables of authors have no number. */
export function numberBlocks(blocks: readonly Block[]): Block[] {
  let figures = 0;
  let tables = 0;
  return blocks.map((block): Block => {
    if (block.kind === 'figure') return { ...block, number: ++figures } satisfies FigureBlock;
    if (block.kind === 'table') return { ...block, number: ++tables } satisfies TableBlock;
    return block;
  });
}
