import { isCalqueError } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_TEMPLATES, builtInTemplate } from './built-in-templates.ts';
import { parseTemplate } from './parse-template.ts';

describe('a template', () => {
  test('is headings, words, blocks and places for the author, in order', () => {
    const { title, parts } = parseTemplate(
      '# On {{dataset-name}}\n\nMade on **{{date}}**.\n\n## One\n\n{{measures}}\n\n{{author why: 2 lines: why?}}\n',
      'mine.md',
    );
    expect(title).toBe('On {{dataset-name}}');
    expect(parts.map(({ kind }) => kind)).toEqual(['words', 'heading', 'block', 'author']);
    expect(parts.at(-1)).toEqual({ kind: 'author', name: 'why', hint: '2 lines: why?' });
  });

  test.each([
    ['# T\n\ntext\n\n{{mesures}}', 5, 'there is no block "mesures"'],
    ['# T\n\nlong\ntext {{measures}} here', 4, 'the block "measures" is within text'],
    ['# T\n\n{{author Why: x}}', 3, 'there is no block'],
    ['# T\n\n{{author a: x}}\n\n{{author a: y}}', 5, "the author's text a is there twice"],
    ['# T\n\nok\n\nsome {{date here', 5, 'a placeholder is not closed'],
    ['## Chapter', 1, 'it has no title'],
    ['# T\n\n# U', 3, 'there is a second title'],
    ['# T\n\n## {{who}}', 3, 'there is no value "who"'],
  ])('with a mistake is refused, and the line named: %j', (source, line, problem) => {
    const error = thrownBy(() => parseTemplate(source, 'mine.md'));
    expect(isCalqueError(error, 'template-invalid')).toBe(true);
    expect(error.message).toContain(`mine.md, line ${line}: ${problem}`);
  });

  test.each(BUILT_IN_TEMPLATES)('%s asks for the same in both languages', (name) => {
    const [en, fr] = (['en', 'fr'] as const).map((language) =>
      parseTemplate(builtInTemplate(name, language), name).parts.map((part) =>
        part.kind === 'block' || part.kind === 'author' ? part.name : part.kind,
      ),
    );
    expect(fr).toEqual(en);
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
