// What the model is shown around a cursor, with a tokenizer that has a token for every character.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import type { FimFormat } from '../../../src/core/completion/fimFormat';
import { placeIn, promptOf, type PromptForm } from '../../../src/core/completion/prompt';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { seedOr } from '../../support/seed';

const MARKS = { '<P>': 0x110000, '<S>': 0x110001, '<M>': 0x110002 };
const [P, S, M] = Object.values(MARKS) as [number, number, number];

/** Ids are code points. Names of marks are matched in texts, as names of added tokens are. */
function characters(matches = false, prepends = false): Tokenizer {
  const names = new Map(Object.entries(MARKS));
  return {
    bytesOf: (id: number) => {
      const mark = [...names].find(([, own]) => own === id);
      return encodeUtf8(mark ? mark[0] : String.fromCodePoint(id));
    },
    encode: (text: string) => {
      const parts = text.match(matches ? /<[PSM]>|./gsu : /./gsu) ?? [];
      const ids = parts.map(part => (matches && names.get(part)) || part.codePointAt(0)!);
      let end = 0;
      const byteEnds = parts.map(part => (end += encodeUtf8(part).length));
      const byteStarts = [0, ...byteEnds.slice(0, -1)];
      // As Metaspace does it: a space that is not in the text.
      if (prepends && text !== '') {
        ids.unshift(0x20);
        byteEnds.unshift(0);
        byteStarts.splice(0, 1, 0, 0);
      }
      return { ids: Uint32Array.from(ids), byteStarts, byteEnds };
    },
  } as unknown as Tokenizer;
}

const format: FimFormat = {
  source: 'test',
  templates: {
    psm: [[P], 'prefix', [S], 'suffix', [M]],
    spm: [[P, S], 'suffix', [M], 'prefix'],
  },
  preferred: 'psm',
  marks: [P, S, M],
  ends: [],
  cuts: 'unknown',
};

const idsOf = (text: string) => Array.from(text, character => character.codePointAt(0)!);
const bytes = (text: string) => byteStringOf(encodeUtf8(text));
const form = (parts: Partial<PromptForm>): PromptForm => ({
  mode: 'psm',
  rollback: 'none',
  suffixFrom: 'cursor',
  ...parts,
});

describe('a prompt', () => {
  const place = { prefix: 'ab\n  let é', suffix: 'name = 1;\nx' };

  test('without a format is the text before the cursor', () => {
    const plain = { mode: 'none', root: [], open: bytes(place.prefix), close: '', begins: true };
    const tokenizer = characters();
    expect(promptOf(tokenizer, format, form({ mode: 'none' }), place)).toEqual(plain);
    expect(promptOf(tokenizer, undefined, form({}), place)).toEqual(plain);
    const only = { ...format, templates: { spm: format.templates.spm! } };
    expect(promptOf(tokenizer, only, form({ mode: 'psm' }), { ...place, closers: 4 })).toEqual({
      ...plain,
      close: 'name',
    });
  });

  test.each([
    ['none', 'ab\n  let é', ''],
    ['boundary', 'ab\n  let', ' é'],
    ['line', 'ab\n', '  let é'],
  ] as const)('that goes on behind the suffix rolls back by %s', (rollback, root, open) => {
    expect(promptOf(characters(), format, form({ rollback }), place)).toEqual({
      mode: 'psm',
      root: [P, ...idsOf(root), S, ...idsOf(place.suffix), M],
      open: bytes(open),
      close: '',
      begins: false,
    });
  });

  test.each([
    ['a + b', ' b'],
    ['a += ', ' '],
    ['a +=', ' +='],
    ['x\n\n', '\n\n'],
    ['f(x.', '.'],
    ['größe', 'größe'],
    ['', ''],
  ])('of %j rolls back %j at a boundary', (prefix, open) => {
    const prompt = promptOf(characters(), format, form({ rollback: 'boundary' }), {
      prefix,
      suffix: '',
    });
    expect(prompt.open).toBe(bytes(open));
    expect(prompt.root).toEqual([P, ...idsOf(prefix.slice(0, prefix.length - open.length)), S, M]);
  });

  test('that goes on behind the prefix leaves it to the model, whatever is rolled back', () => {
    for (const rollback of ['none', 'boundary', 'line'] as const)
      expect(promptOf(characters(), format, form({ mode: 'spm', rollback }), place)).toEqual({
        mode: 'spm',
        root: [P, S, ...idsOf(place.suffix), M],
        open: bytes(place.prefix),
        close: '',
        begins: true,
      });
  });

  test('shows the suffix from the end of the word or of the closers on', () => {
    const shown = (suffix: string, closers: number, suffixFrom: PromptForm['suffixFrom']) => {
      const at = { prefix: '', suffix, closers };
      const { root, close } = promptOf(characters(), format, form({ suffixFrom }), at);
      expect(root).toEqual([P, S, ...idsOf(suffix.slice(close.length)), M]);
      return close;
    };
    expect(shown('name = 1', 0, 'boundary')).toBe('name');
    expect(shown('name = 1', 2, 'boundary')).toBe('name');
    expect(shown('name = 1', 0, 'cursor')).toBe('');
    expect(shown('); x', 2, 'boundary')).toBe(');');
    expect(shown('); x', 2, 'cursor')).toBe(');');
    expect(shown(' name', 0, 'boundary')).toBe('');
    expect(shown('na\nme', 0, 'boundary')).toBe('na');
    expect(shown('_1\r\n', 0, 'boundary')).toBe('_1');
  });

  test('has the names of marks in a text as text', () => {
    const at = { prefix: 'a<M>b<S>', suffix: '<P><P>' };
    const { root } = promptOf(characters(true), format, form({}), at);
    expect(root).toEqual([P, ...idsOf(at.prefix), S, ...idsOf(at.suffix), M]);
  });

  test('has no space before its suffix that the tokenizer puts before a text', () => {
    const { root } = promptOf(characters(false, true), format, form({}), {
      prefix: 'a',
      suffix: 'bc',
    });
    expect(root).toEqual([P, 0x20, ...idsOf('a'), S, ...idsOf('bc'), M]);
    const spaced = promptOf(characters(), format, form({}), { prefix: '', suffix: ' b' });
    expect(spaced.root).toEqual([P, S, ...idsOf(' b'), M]);
  });
});

describe('what is shown of a long text', () => {
  const tokenizer = characters();
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '🙂', ' '), maxLength: 40 });
  const texts = fc.array(line, { minLength: 1, maxLength: 30 }).map(lines => lines.join('\n'));

  test('stands around the cursor, fits, and is all where all fits', () => {
    const seed = seedOr(51);
    fc.assert(
      fc.property(texts, fc.nat(1000), fc.integer({ min: 8, max: 800 }), (text, n, tokens) => {
        const cursors = [0];
        for (const character of text) cursors.push(cursors.at(-1)! + character.length);
        const at = cursors[n % cursors.length]!;
        const { prefix, suffix } = placeIn(text, at, tokenizer, tokens);
        expect(text.slice(0, at).endsWith(prefix)).toBe(true);
        expect(text.slice(at).startsWith(suffix)).toBe(true);
        const suffixTokens = Math.floor(tokens / 4);
        expect([...prefix].length).toBeLessThanOrEqual(tokens - suffixTokens);
        expect([...suffix].length).toBeLessThanOrEqual(suffixTokens);
        // Not in the middle of a character.
        for (const part of [prefix, suffix]) expect(Buffer.from(part).toString()).toBe(part);
        const [before, after] = [text.slice(0, at), text.slice(at)];
        if ([...before].length <= tokens - suffixTokens) expect(prefix).toBe(before);
        else if (prefix.includes('\n') && !before.endsWith(`\n${prefix}`))
          expect(before.slice(0, -prefix.length).lastIndexOf('\n')).toBeLessThan(0);
        if ([...after].length <= suffixTokens) expect(suffix).toBe(after);
        else if ([...after].slice(0, suffixTokens).includes('\n'))
          expect(suffix.endsWith('\n')).toBe(true);
      }),
      { seed },
    );
  });

  test('begins at the same place while the text grows', () => {
    const text = 'let a = b;\n'.repeat(400);
    const starts = new Set<number>();
    for (let at = 1500; at < 3000; at += 7)
      starts.add(at - placeIn(text, at, tokenizer, 400).prefix.length);
    // Half of 300 tokens is dropped at once.
    expect(starts.size).toBeLessThanOrEqual(12);
    for (const start of starts) expect(start % 11).toBe(0);
  });

  test('is found without reading all of a very long text', () => {
    let read = 0;
    const counting = {
      ...tokenizer,
      encode: (text: string) => {
        read += text.length;
        return tokenizer.encode(text);
      },
    };
    const text = 'let a = b;\n'.repeat(100_000);
    const { prefix, suffix } = placeIn(text, 500_000, counting, 400);
    expect(read).toBeLessThan(400 * 8 + 4096);
    expect(prefix.length).toBeGreaterThan(100);
    expect(suffix.endsWith('\n')).toBe(true);
  });
});
