import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../src/desired/words.ts';

const texts = (text: string): readonly string[] => splitWords(text).words.map((word) => word.text);

describe('splitWords', () => {
  it.each<[string, readonly string[]]>([
    ['a b  c', ['a', 'b', 'c']],
    [' \t a\nb ', ['a', 'b']],
    ["'a b' c", ['a b', 'c']],
    ['"a b"c', ['a bc']],
    ["a''b '' \"\"", ['ab', '', '']],
    ["'$HOME | \\x'", ['$HOME | \\x']],
    ['"\\$ \\" \\\\ \\` \\x"', ['$ " \\ ` \\x']],
    ['a\\ b \\$c \\|', ['a b', '$c', '|']],
    ['one\\\ntwo "three\\\nfour"', ['onetwo', 'threefour']],
    ['--glob=a?b [x] {y} #z !', ['--glob=a?b', '[x]', '{y}', '#z', '!']],
    ['', []],
  ])('splits %j', (text, words) => {
    expect(splitWords(text).problems).toEqual([]);
    expect(texts(text)).toEqual(words);
  });

  it.each(['$', '|', '&', ';', '<', '>', '(', ')', '*', '`'])(
    'refuses an unquoted %s at its column',
    (sign) => {
      const { problems } = splitWords(`echo a${sign}`);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ code: 'command/shell-syntax', offset: 6, length: 1 });
      expect(problems[0]?.hint).toContain('`script`');
      expect(splitWords(`echo 'a${sign}' "${sign === '`' ? '\\`' : sign}" \\${sign}`).problems).toEqual([]);
    },
  );

  it('tells of every character that a shell would read', () => {
    expect(splitWords('cd $HOME && ls *').problems.map(({ offset }) => offset)).toEqual([3, 9, 10, 15]);
  });

  it.each([
    ["a 'b c", 2],
    ['a "b c', 2],
    ['a b\\', 3],
  ])('refuses %j, which never ends', (text, offset) => {
    expect(splitWords(text).problems).toMatchObject([{ code: 'command/quote', offset }]);
  });

  it('knows the words that begin with a bare tilde', () => {
    const words = splitWords("~ ~/bin '~/x' \\~/y a~ ~'/z' ~me").words;
    expect(words.filter((word) => word.tilde).map((word) => word.text)).toEqual(['~', '~/bin', '~me']);
  });

  it('gives back any words that were quoted, with their offsets', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
        const { words: found, problems } = splitWords(quoted.join(' '));
        expect(problems).toEqual([]);
        expect(found.map((word) => word.text)).toEqual(words);
        let offset = 0;
        for (const [index, word] of found.entries()) {
          expect(word.offset).toBe(offset);
          offset += (quoted[index]?.length ?? 0) + 1;
        }
      }),
    );
  });

  it('tells so many problems of one command, and no more', () => {
    expect(splitWords('x '.concat('$ '.repeat(200_000))).problems).toHaveLength(20);
  });
});
