// The FIM format of a model, from tokenscope.json or the names of its tokens, and the prompts built with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fimFormat } from '../../../src/core/completion/fimFormat';
import { placeIn, promptOf } from '../../../src/core/completion/prompt';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { beforeWords } from '../../../src/core/tokenizer/hardBoundary';
import { hasShared, shared, tokenizerOf } from '../../support/shared';
import { models } from '../../support/paths';

/** One token per byte, plus these names. */
function tokenizerWith(names: readonly string[], special = true) {
  return loadTokenizer({
    'tokenizer.json': {
      added_tokens: names.map((content, i) => ({ id: 256 + i, content, special })),
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(byteCharacters.map((character, byte) => [character, byte])),
        merges: [],
      },
    },
  });
}

const P = 256;
const S = 257;
const M = 258;
const psm = [[P], 'prefix', [S], 'suffix', [M]];
const spm = [[P, S], 'suffix', [M], 'prefix'];

describe('the form of a prompt', () => {
  test.each([
    ['Qwen', ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|fim_pad|>'], { psm, spm }],
    [
      'CodeGemma',
      ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|file_separator|>'],
      { psm, spm },
    ],
    [
      'StarCoder and Granite',
      ['<fim_prefix>', '<fim_suffix>', '<fim_middle>', '<fim_pad>'],
      { psm, spm },
    ],
    [
      'DeepSeek',
      ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>', '<｜end▁of▁sentence｜>'],
      { psm },
    ],
    ['CodeLlama', ['▁<PRE>', '▁<SUF>', '▁<MID>', '▁<EOT>'], { psm, spm }],
  ])('is recognised for %s', (source, names, templates) => {
    const format = fimFormat(tokenizerWith(names))!;
    expect(format).toMatchObject({ source, templates, cuts: 'unknown' });
    expect(format.ends).toContain(259);
  });

  test('of Codestral has the suffix first', () => {
    const format = fimFormat(tokenizerWith(['[SUFFIX]', '[PREFIX]']))!;
    expect(format.templates).toEqual({ spm: [[256], 'suffix', [257], 'prefix'] });
  });

  test.skipIf(!hasShared)('is recognised from the tokenizer_config.json of Qwen2.5-Coder', () => {
    const folder = join(shared, 'tokenizers/qwen2');
    const tokenizer = tokenizerOf(folder);
    const { source, templates, ends } = fimFormat(tokenizer)!;
    expect(source).toBe('Qwen');
    expect(templates).toEqual({
      psm: [[151659], 'prefix', [151661], 'suffix', [151660]],
      spm: [[151659, 151661], 'suffix', [151660], 'prefix'],
    });
    expect(ends).toEqual([151643, 151662, 151663, 151664, 151645]);
  });

  test('of a model that has no such tokens is none', () => {
    expect(fimFormat(tokenizerWith(['<|endoftext|>']))).toBeUndefined();
  });

  test('of the built-in model is that of its tokenscope.json', () => {
    const folder = join(models, 'coder');
    const own = JSON.parse(readFileSync(join(folder, 'tokenscope.json'), 'utf8'));
    const format = fimFormat(tokenizerOf(folder), own.fim)!;
    expect(format.source).toBe('tokenscope.json');
    expect(format.cuts).toBe('character');
    expect(Object.keys(format.templates)).toEqual(['psm', 'spm']);
    expect(format.ends).toHaveLength(1);
  });

  test.each([
    ['no object', 'x', /should be an object/],
    ['no template', {}, /needs a template/],
    ['no hole', { psm: '<a>{prefix}' }, /"psm" of "fim" needs both/],
    ['a placeholder twice', { psm: '<a>{prefix}{suffix}{prefix}' }, /a placeholder twice/],
    ['an unknown token', { spm: '<a>{suffix}<z>{prefix}' }, /"spm" of "fim" has "<z>"/],
    [
      'a mark of a megabyte',
      { psm: `{prefix}<a>${'x'.repeat(1e6)}{suffix}` },
      /"fim" has "x{56}\.\.\./,
    ],
    ['an unknown end', { psm: '<a>{prefix}<b>{suffix}', end: ['<z>'] }, /names "<z>"/],
    ['an unknown cut', { psm: '<a>{prefix}<b>{suffix}', cuts: 'word' }, /"cuts"/],
  ])('with %s is refused with what is wrong', (_, own, message) => {
    expect(() => fimFormat(tokenizerWith(['<a>', '<b>']), own)).toThrow(message);
  });
});

describe('a prompt', () => {
  const names = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'];
  const tokenizer = tokenizerWith(names);
  const format = fimFormat(tokenizer)!;
  const place = { prefix: 'a = 1\nfoo(ba', suffix: ')\n' };
  const bytes = (text: string) => [...Buffer.from(text)];

  test('rolls back nothing, a word or a line if the suffix comes between', () => {
    const of = (rollback: 'none' | 'boundary' | 'line') =>
      promptOf(tokenizer, format, { mode: 'psm', rollback, suffixFrom: 'cursor' }, place);
    expect(of('none')).toEqual({
      mode: 'psm',
      root: [P, ...bytes('a = 1\nfoo(ba'), S, ...bytes(')\n'), M],
      open: '',
      close: '',
      begins: false,
    });
    expect(of('boundary').open).toBe('ba');
    expect(of('line').open).toBe('foo(ba');
    expect(of('line').root).toEqual([P, ...bytes('a = 1\n'), S, ...bytes(')\n'), M]);
  });

  test('rolls the rest of a word forward, up to a place that no token crosses, and nothing else', () => {
    const of = (suffix: string, suffixFrom: 'cursor' | 'boundary' = 'boundary') => {
      const form = { mode: 'psm', rollback: 'none', suffixFrom } as const;
      const { root, close } = promptOf(tokenizer, format, form, { prefix: 'con', suffix });
      return [close, Buffer.from(root.slice(root.indexOf(S) + 1, -1)).toString('latin1')];
    };
    expect(of('tainer.value = 3\n')).toEqual(['tainer.value', ' = 3\n']);
    expect(of('tainer\nfoo')).toEqual(['tainer', '\nfoo']);
    expect(of('tainer')).toEqual(['tainer', '']);
    for (const suffix of ['.value = 3', ' = 3', '\nfoo', ''])
      expect(of(suffix)).toEqual(['', suffix]);
    expect(of('tainer = 3', 'cursor')).toEqual(['', 'tainer = 3']);
  });

  test('ends with the whole prefix if the model continues it', () => {
    expect(
      promptOf(tokenizer, format, { mode: 'spm', rollback: 'none', suffixFrom: 'cursor' }, place),
    ).toEqual({
      mode: 'spm',
      root: [P, S, ...bytes(')\n'), M],
      open: 'a = 1\nfoo(ba',
      close: '',
      begins: true,
    });
    expect(
      promptOf(
        tokenizer,
        undefined,
        { mode: 'spm', rollback: 'none', suffixFrom: 'cursor' },
        place,
      ),
    ).toEqual({
      mode: 'none',
      root: [],
      open: 'a = 1\nfoo(ba',
      close: '',
      begins: true,
    });
  });

  test('treats marker names in the text as text, even if the markers are not special tokens', () => {
    const plain = tokenizerWith(names, false);
    const { root: same } = promptOf(
      plain,
      fimFormat(plain),
      { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' },
      {
        prefix: 'a<|fim_suffix|><|fim_suffix|>',
        suffix: 'b<|fim_middle|>',
      },
    );
    expect(same.filter(id => id >= 256)).toEqual([P, S, M]);
    expect(Buffer.from(same.filter(id => id < 256)).toString()).toBe(
      'a<|fim_suffix|><|fim_suffix|>b<|fim_middle|>',
    );
    const { root } = promptOf(
      tokenizer,
      format,
      { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' },
      {
        prefix: '<|fim_suffix|>',
        suffix: '<|fim_middle|>',
      },
    );
    expect(root.filter(id => id >= 256)).toEqual([P, S, M]);
  });
});

describe('the text around a cursor', () => {
  const tokenizer = tokenizerOf(join(models, 'coder'));
  const text = Array.from(
    { length: 3000 },
    (_, i) => `${i % 5 ? '    ' : ''}value_${i} = compute(${i}, "déjà 𝄞")\n`,
  ).join('');

  test('fits, begins and ends with lines, and usually keeps its start', () => {
    const starts = new Set<number>();
    for (let at = 60_000; at < 63_000; at += 7) {
      if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) continue;
      const { prefix, suffix } = placeIn(text, at, tokenizer, 800);
      expect(text.slice(at - prefix.length, at)).toBe(prefix);
      expect(text.startsWith(suffix, at)).toBe(true);
      expect(tokenizer.encode(prefix).ids.length).toBeLessThanOrEqual(600);
      expect(tokenizer.encode(suffix).ids.length).toBeLessThanOrEqual(200);
      expect(tokenizer.encode(prefix).ids.length).toBeGreaterThan(150);
      expect(suffix.endsWith('\n')).toBe(true);
      expect(beforeWords.isHard(text, at - prefix.length)).toBe(true);
      starts.add(at - prefix.length);
    }
    expect(starts.size).toBeLessThan(13);
  });

  test('is all of it if that fits, also at both ends', () => {
    const short = 'let a = 1;\nlet b';
    expect(placeIn(short, 5, tokenizer, 100)).toEqual({
      prefix: short.slice(0, 5),
      suffix: short.slice(5),
    });
    expect(placeIn('', 0, tokenizer, 100)).toEqual({ prefix: '', suffix: '' });
    expect(placeIn('a'.repeat(100_000), 50_000, tokenizer, 100).prefix.length).toBeGreaterThan(5);
  });
});

test.skipIf(!hasShared)(
  'a suffix does not get the space that the tokenizer prepends to texts',
  () => {
    const tokenizer = tokenizerOf(join(shared, 'tokenizers/phi-3-mini'));
    const marks = ['<|system|>', '<|user|>', '<|assistant|>'];
    const format = fimFormat(tokenizer, {
      psm: `${marks[0]}{prefix}${marks[1]}{suffix}${marks[2]}`,
    })!;
    const { root } = promptOf(
      tokenizer,
      format,
      { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' },
      {
        prefix: 'foo(',
        suffix: 'bar)\n',
      },
    );
    const [first, second] = marks.slice(0, 2).map(mark => root.indexOf(tokenizer.idOf(mark)!));
    const spelled = (ids: number[]) =>
      Buffer.concat(ids.map(id => tokenizer.bytesOf(id))).toString('utf8');
    expect(spelled(root.slice(first! + 1, second))).toBe(' foo(');
    expect(spelled(root.slice(second! + 1, -1))).toBe('bar)\n');
  },
);
