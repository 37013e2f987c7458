import { describe, expect, test } from 'vitest';
import { authorTextsOf, completeAuthorFile, parseAuthorFile } from './author-file.ts';
import { authorRegion, authorRegionsOf, takeOverRegions } from './author-regions.ts';

const places = [
  { name: 'speed', hint: '3 lines -- on speed' },
  { name: 'points', hint: 'on points' },
];

describe("the author's file", () => {
  test('gets a place for each that is asked for, and says what for', () => {
    const file = completeAuthorFile(parseAuthorFile(''), places, new Map());
    expect(file).toContain('<!-- author: speed -->\n<!-- 3 lines – on speed -->');
    expect([...authorTextsOf(parseAuthorFile(file))]).toEqual([
      ['speed', ''],
      ['points', ''],
    ]);
  });

  test('keeps every letter when it is completed again', () => {
    const written =
      'my notes\n\n<!-- author: points -->\n<!-- hint -->\nPoints *help*.\n\n\n<!-- author: gone -->\nOld text.\n';
    const completed = completeAuthorFile(parseAuthorFile(written), places, new Map());
    expect(completed.startsWith(written)).toBe(true);
    expect(authorTextsOf(parseAuthorFile(completed)).get('gone')).toBe('Old text.');
    expect(completeAuthorFile(parseAuthorFile(completed), places, new Map())).toBe(completed);
  });

  test('takes a text in where it stood, and leaves the others', () => {
    const before = completeAuthorFile(parseAuthorFile(''), places, new Map([['points', 'old']]));
    const after = completeAuthorFile(parseAuthorFile(before), places, new Map([['points', 'new\n\ntwo']]));
    expect(authorTextsOf(parseAuthorFile(after)).get('points')).toBe('new\n\ntwo');
    expect(after).toContain('<!-- on points -->');
  });

  test('with a place twice has both texts', () => {
    const file = parseAuthorFile('<!-- author: a -->\none\n<!-- author: a -->\ntwo\n');
    expect(authorTextsOf(file).get('a')).toBe('one\n\ntwo');
  });
});

describe('what was written into a Markdown report', () => {
  const report = (shown: string, source: string) => `# R\n\n${authorRegion('speed', shown, source)}\n\nrest`;
  const takeOver = (markdown: string, kept: string) =>
    takeOverRegions(new Map([['speed', kept]]), authorRegionsOf(markdown));

  test('is taken over where the file was not changed since', () => {
    const edited = report('slow', 'slow').replace('\n\nslow\n\n', '\n\nquite fast\n\n');
    expect(takeOver(edited, 'slow').texts.get('speed')).toBe('quite fast');
  });

  test('stands below the line that asks for it, which is left out', () => {
    const edited = report('*To be written*', '').replace('*To be written*', '*To be written*\n\nIt is fast.');
    expect(takeOver(edited, '').texts.get('speed')).toBe('It is fast.');
  });

  test('does not undo what was changed in the file', () => {
    expect(takeOver(report('slow', 'slow'), 'fast now').texts.get('speed')).toBe('fast now');
  });

  test('is kept beside the file where both were changed, and said so', () => {
    const edited = report('slow', 'slow').replace('\n\nslow\n\n', '\n\nmine\n\n');
    expect(takeOver(edited, 'theirs')).toEqual({
      texts: new Map([['speed', 'theirs\n\nmine']]),
      doubled: ['speed'],
    });
  });

  test('an untouched place that asks for words is no text', () => {
    expect(takeOver(report('*To be written*', ''), '').texts.get('speed')).toBe('');
  });

  test('a text that looks like the end of its place comes back whole', () => {
    const text = 'a\n<!-- /author: speed -->\nb';
    expect(authorRegionsOf(report(text, text))).toMatchObject([{ name: 'speed', edited: false }]);
  });
});
