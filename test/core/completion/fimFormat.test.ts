// The FIM format of a model, from tokenscope.json or the names of its tokens, and the prompts built with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fimFormat, hasFimNames } from '../../../src/core/completion/fimFormat';
import { commonStarts, exactStarts } from '../../../src/core/completion/healingStarts';
import { placeIn, promptOf } from '../../../src/core/completion/prompt';
import { byteRulesOf } from '../../../src/core/exactBytes/byteRules';
import { textTokensOf } from '../../../src/core/exactBytes/sortedTokens';
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

/** As the authors of the models publish them. `isFirst`: needs the first end, too, else it is another family. */
const FAMILIES = [
  {
    source: 'CodeGemma',
    marks: ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
    preferred: 'spm',
    ends: ['<|file_separator|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
    isFirst: true,
  },
  {
    source: 'Qwen',
    marks: ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
    preferred: 'psm',
    ends: ['<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|im_end|>'],
  },
  {
    source: 'StarCoder and Granite',
    marks: ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'],
    preferred: 'spm',
    ends: ['<|endoftext|>', '<fim_pad>', '<filename>', '<file_sep>', '<repo_name>'],
  },
  {
    source: 'SantaCoder',
    marks: ['<fim-prefix>', '<fim-suffix>', '<fim-middle>'],
    preferred: 'spm',
    ends: ['<|endoftext|>', '<fim-pad>'],
  },
  {
    source: 'DeepSeek',
    marks: ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'],
    preferred: 'psm',
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>'],
  },
  {
    source: 'CodeLlama',
    marks: ['▁<PRE>', '▁<SUF>', '▁<MID>'],
    preferred: 'spm',
    ends: ['▁<EOT>'],
  },
  { source: 'Codestral', marks: ['[SUFFIX]', '[PREFIX]'], preferred: 'spm', ends: [] },
] as { source: string; marks: string[]; preferred: string; ends: string[]; isFirst?: true }[];

describe('the form of a prompt', () => {
  test.each(FAMILIES)(
    'is recognised for $source',
    ({ source, marks, preferred, ends, isFirst }) => {
      const names = [...new Set([...marks, ...ends])];
      const tokenizer = tokenizerWith(names);
      const idsOf = (some: readonly string[]) => some.map(name => tokenizer.idOf(name)!);
      const [p = [], s = [], m = []] = marks.map(mark => idsOf([mark]));
      const templates =
        source === 'Codestral'
          ? { spm: [p, 'suffix', s, 'prefix'] }
          : {
              psm: [p, 'prefix', s, 'suffix', m],
              ...(source === 'DeepSeek' ? {} : { spm: [[...p, ...s], 'suffix', m, 'prefix'] }),
            };
      const cuts = 'unknown';
      const all = { source, preferred, templates, cuts, ends: idsOf(ends), marks: idsOf(names) };
      const { marks: found, ...format } = fimFormat(tokenizer)!;
      expect({ ...format, marks: [...found].sort((a, b) => a - b) }).toEqual(all);
      // Of a vocabulary that has only some of them: ends may be missing, marks must not.
      const own = marks.concat(isFirst ? ends.slice(0, 1) : []);
      const few = tokenizerWith(own);
      const known = ends.flatMap(name => few.idOf(name) ?? []);
      expect(fimFormat(few)).toMatchObject({ source, ends: known });
      for (const missing of marks) {
        const rest = names.filter(name => name !== missing);
        expect(fimFormat(tokenizerWith(rest))).toBeUndefined();
        expect(hasFimNames(name => rest.includes(name))).toBe(false);
      }
      expect(hasFimNames(name => own.includes(name))).toBe(true);
    },
  );

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

  test('of a template has its tokens, its ends and its mode', () => {
    const own = (fim: object) => fimFormat(tokenizerWith(['<a>', '<b>', '<c>']), fim)!;
    const both = own({ psm: '<a>{prefix}<b>{suffix}', spm: '{suffix}<b><a>{prefix}', end: '<c>' });
    expect(both).toEqual({
      source: 'tokenscope.json',
      templates: {
        psm: [[256], 'prefix', [257], 'suffix'],
        spm: ['suffix', [257, 256], 'prefix'],
      },
      preferred: 'spm',
      marks: [256, 257, 258],
      ends: [258],
      cuts: 'unknown',
    });
    const one = own({ psm: '<a>{prefix}{suffix}', end: ['<b>', '<a>'], cuts: 'token' });
    expect(one).toEqual({
      source: 'tokenscope.json',
      templates: { psm: [[256], 'prefix', 'suffix'] },
      preferred: 'psm',
      marks: [256, 257],
      ends: [257, 256],
      cuts: 'token',
    });
    expect(own({ psm: '<a>{prefix}{suffix}' }).ends).toEqual([]);
  });

  test('names the longest mark that fits, and no word of the text', () => {
    const psm = '<a><b>{prefix}<b>{suffix}<a>';
    const longest = tokenizerWith(['<a>', '<b>', '<a><b>']);
    expect(fimFormat(longest, { psm })!.templates.psm).toEqual([
      [258],
      'prefix',
      [257],
      'suffix',
      [256],
    ]);
    // A mark need not be special, but must look like one then.
    const names = ['<a>', '▁<b>', '[C_D]'];
    const likeMarks = { psm: '<a>{prefix}▁<b>{suffix}[C_D]' };
    for (const special of [true, false])
      expect(fimFormat(tokenizerWith(names, special), likeMarks)!.marks).toEqual([256, 257, 258]);
    for (const word of ['ab', '<a', 'a>', '<>', '[ab]', '[]', 'x<a>', '<a>x']) {
      const own = { psm: `${word}{prefix}{suffix}` };
      expect(fimFormat(tokenizerWith([word]), own)!.marks, word).toEqual([256]);
      expect(() => fimFormat(tokenizerWith([word], false), own), word).toThrow(/does not begin/);
    }
    const long = `<${'x'.repeat(254)}>`;
    const own = { psm: `${long}{prefix}{suffix}` };
    expect(fimFormat(tokenizerWith([long]), own)!.marks).toEqual([256]);
  });

  test.each([
    ['no object', 'x', /should be an object/],
    ['null', null, /should be an object/],
    ['no text', { psm: 1 }, /"psm" of "fim" needs both/],
    ['no prefix', { spm: '<a>{suffix}' }, /"spm" of "fim" needs both/],
    ['an end that is no name', { psm: '{prefix}{suffix}', end: [7] }, /names 7/],
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

  test.each(['psm', 'spm', 'none'] as const)(
    'has an end that is an ordinary token as the text it is, %s',
    mode => {
      const [prefix, suffix] = ['a}b\nc}', '}\n}'];
      const promptWith = (own: object | undefined) =>
        promptOf(
          tokenizer,
          own && fimFormat(tokenizer, own),
          { mode, rollback: 'line', suffixFrom: 'cursor' },
          { prefix, suffix },
        );
      const psm = '<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>';
      const spm = '<|fim_prefix|><|fim_suffix|>{suffix}<|fim_middle|>{prefix}';
      expect(promptWith({ psm, spm, end: '}' })).toEqual(promptWith({ psm, spm }));
    },
  );

  test.each([
    ['psm', 'line'],
    ['psm', 'boundary'],
    ['spm', 'none'],
    ['none', 'none'],
  ] as const)('has no marks of the text in what is rolled back, %s by %s', (mode, rollback) => {
    const plain = tokenizerWith([...names, '<|fim_pad|>'], false);
    const fim = fimFormat(plain)!;
    const form = { mode, rollback, suffixFrom: 'cursor' } as const;
    const idsOfBytes = (ids: readonly number[]) =>
      Buffer.from(ids.filter(id => id < 256)).toString();
    for (const prefix of [
      'a\nb<|fim_suffix|>c<|fim_pad|>d',
      'a\n<|fim_suffix|>',
      '<|fim_suffix|><|fim_middle|>',
      'a\nb<|fim_suffix|',
    ]) {
      const { root, open, begins } = promptOf(plain, fim, form, { prefix, suffix: '' });
      const exact = exactStarts(byteRulesOf(plain), open, begins);
      const none = commonStarts(plain, textTokensOf(plain, fim.marks), open, 'none', begins);
      const marks = { psm: [P, S, M], spm: [P, S, M], none: [] }[mode];
      expect([...root, ...none.trunk].filter(id => id >= 256)).toEqual(marks);
      expect([...root, ...exact.trunk].filter(id => id >= 256)).toEqual(marks);
      expect(idsOfBytes([...root, ...none.trunk])).toBe(prefix);
      expect(idsOfBytes([...root, ...exact.trunk])).toBe(
        prefix.slice(0, prefix.length - exact.rolledBack.length),
      );
      expect(begins).toBe(mode !== 'psm' && open === prefix);
    }
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
    const [first, second] = marks.slice(0, 2).map(mark => tokenizer.idOf(mark)!);
    const form = { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' } as const;
    const spelled = (ids: number[]) =>
      Buffer.concat(ids.map(id => tokenizer.bytesOf(id))).toString('utf8');
    for (const suffix of ['bar)\n', ' bar)\n', '\n  bar)']) {
      const { root } = promptOf(tokenizer, format, form, { prefix: 'foo(', suffix });
      const at = root.indexOf(second!);
      expect(spelled(root.slice(root.indexOf(first!) + 1, at))).toBe(' foo(');
      expect(spelled(root.slice(at + 1, -1))).toBe(suffix);
    }
  },
);
