// The command line as a process: its JSON, and one clear line with exit code 2 for bad input.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { tokenizerOf } from '../support/shared';
import { writeDecoder } from '../support/graphs';
import { START_ID, writeModelFolder } from '../support/modelFolder';
import { sampleOf, seedOr } from '../support/seed';
import { pick, randomOf } from '../support/toys';
import { coder, linesOf, readLines, root, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();
let model: string;
beforeAll(() => {
  model = writeModelFolder(join(scratch, 'model'));
});

test('tokens of a file with a BOM count it, and split characters share their UTF-16 span', () => {
  const { code, out } = run(['tokens', '-', '--json', '--model', model], '\ufeffä\n');
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines.map(line => line.bytes).join('')).toBe('efbbbfc3a40a');
  expect(lines[3]).toEqual({
    index: 3,
    id: 0xc3,
    bytes: 'c3',
    byteStart: 3,
    byteEnd: 4,
    utf16Start: 1,
    utf16End: 2,
  });
});

test('inspect prints scores in their units, and no number that JSON does not have', () => {
  const args = ['inspect', '-', '--json', '--top', '3', '--model', model];
  const { code, out } = run(args, 'a <|start|> b\0');
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines).toHaveLength(14);
  for (const [index, line] of lines.entries()) {
    expect(line.surprisal).toBeCloseTo(-line.logprob / Math.LN2, 6);
    expect(line).toMatchObject({ index, context: index });
    expect(line.top).toHaveLength(3);
    expect(line.rank).toBeGreaterThanOrEqual(1);
  }
});

test('count adds up files and folders by two tokenizers, and names what it leaves out', () => {
  const folder = join(scratch, 'counted');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'a.ts'), 'const ä = 1;\n');
  writeFileSync(join(folder, 'inner/b.ts'), 'return value;\nreturn value;\n');
  writeFileSync(join(folder, 'node_modules/c.ts'), 'not counted');
  writeFileSync(join(folder, 'latin1.txt'), Uint8Array.of(0x61, 0xe4));
  writeFileSync(join(folder, 'picture.png'), 'p');
  const second = join(root, 'models/coder');
  const args = ['count', folder, '--model', model, '--tokenizer', second];
  const { code, out } = run([...args, '--json']);
  expect(code).toBe(0);
  const lines = linesOf(out);
  const tokenizer = tokenizerOf(second);
  const ids = (text: string) => tokenizer.encode(text).ids.length;
  const b = { tokens: 28, second: ids('return value;\nreturn value;\n') };
  const a = { tokens: 14, second: ids('const ä = 1;\n') };
  expect(lines).toEqual([
    { path: join(folder, 'inner/b.ts'), bytes: 28, characters: 28, words: 4, ...b },
    { path: join(folder, 'a.ts'), bytes: 14, characters: 13, words: 4, ...a },
    { path: join(folder, 'latin1.txt'), skipped: 'not UTF-8 text' },
    { path: join(folder, 'picture.png'), skipped: 'binary by its name' },
    {
      files: 2,
      bytes: 42,
      characters: 41,
      words: 8,
      tokens: 42,
      second: a.second + b.second,
    },
  ]);
  const text = run(args).out;
  expect(text).toMatch(/\.ts +2 +42 +\d+ +0\.\d\d +5\.25 +1\.02 +1\.00\n/);
  expect(text).toMatch(/not counted: .*latin1\.txt \(not UTF-8 text\)/);
  expect(run(['count', 'nowhere', '--model', model])).toMatchObject({
    code: 2,
    err: 'tokenscope: File not found: nowhere\n',
  });
});

test('count skips what cannot be read, with the reason', () => {
  const folder = join(scratch, 'unreadable');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'abc');
  const loop = join(folder, 'loop');
  symlinkSync('loop', loop);
  symlinkSync('a.txt', join(folder, 'link'));
  symlinkSync('a.txt', join(folder, '.hidden'));
  const lines = readLines(['count', folder, loop, '/dev/null', '--model', model]);
  const skipped = 'a symbolic link, which is not followed';
  expect(lines).toMatchObject([
    { path: join(folder, 'a.txt'), tokens: 3 },
    { path: join(folder, 'link'), skipped },
    { path: loop, skipped },
    { path: loop, skipped: 'cannot be read: too many symbolic links encountered' },
    { path: '/dev/null', skipped: 'neither a file nor a folder' },
    { files: 1 },
  ]);
});

test('next prints every byte, and the rest that makes up 1', () => {
  const { code, out } = run(['next', '-', '--at', '2', '--json', '--model', model], 'aä');
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines).toHaveLength(257);
  expect(lines[10]).toMatchObject({ byte: '0a', naive: null, healed: null });
  const { mode, end, leak, untested } = lines.pop();
  expect(mode).toBe('e2');
  const sum = lines.reduce((sum, { exact }) => sum + exact, end + leak + untested);
  expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
});

test('next in all tokenizations bounds the text and each byte after it from below', () => {
  const text = 'def mean(xs):\n    retu';
  const args = ['next', '-', '--at', '22', '--json', '--model', coder];
  const read = (...more: string[]) => {
    const { code, out } = run([...args, ...more], text);
    expect(code).toBe(0);
    return linesOf(out);
  };
  const [bounds, exact] = [read('--mode', 'e1'), read()];
  const { mode, textAtLeast, contextStart } = bounds.pop();
  expect([mode, contextStart]).toEqual(['e1', 0]);
  expect(textAtLeast).toBeLessThan(0);
  const joint = bounds.map(({ jointAtLeast }) => Math.exp(jointAtLeast ?? -Infinity));
  const sum = joint.reduce((a, b) => a + b, 0);
  expect(sum).toBeLessThan(Math.exp(textAtLeast) * (1 + 1e-6));
  // The canonical ways alone are among them.
  const likeliest = exact.findIndex(({ byte }) => byte === '72');
  expect(joint[likeliest]! / Math.exp(textAtLeast)).toBeGreaterThan(exact[likeliest].exact / 2);
  expect(run([...args, '--mode', 'e1', '--second', coder], text)).toMatchObject({ code: 2 });
});

test('next leaves out lazily what hardly matters, and says how much that may be', () => {
  const read = (...more: string[]) => {
    const args = ['next', '-', '--at', '40', '--json', '--model', coder, ...more];
    const { code, out } = run(args, 'import numpy as np\n\ndef mean(xs):\n    return np.array(xs)');
    expect(code).toBe(0);
    const lines = linesOf(out);
    return { rest: lines.pop(), lines };
  };
  const [exact, lazy] = [read(), read('--lazy', '0.05')];
  expect(lazy.rest).toMatchObject({ mode: 'e2', lazy: 0.05 });
  expect(lazy.rest.nodes).toBeLessThan(exact.rest.nodes);
  expect(lazy.rest.untested).toBeGreaterThan(0);
  lazy.lines.forEach(({ atLeast, ...others }, byte) => {
    expect(others).not.toHaveProperty('exact');
    expect(exact.lines[byte].exact).toBeGreaterThan(atLeast - 1e-6);
    expect(exact.lines[byte].exact).toBeLessThan(atLeast + lazy.rest.untested + 1e-6);
  });
  for (const wrong of [
    ['--lazy', 'x'],
    ['--lazy', '1'],
    ['--lazy', '0.1', '--mode', 'e3'],
  ]) {
    expect(run(['next', '-', '--at', '0', ...wrong], 'a')).toMatchObject({ code: 2 });
  }
});

test('bytes prints what every byte costs, and with the end they cost what the tokens do', () => {
  const folder = writeModelFolder(join(scratch, 'ending'));
  const config = join(folder, 'config.json');
  const json = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...json, eos_token_id: [START_ID] }));
  const { code, out } = run(['bytes', '-', '--json', '--model', folder], "it's\n  ä");
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines).toHaveLength(10);
  const { eosBits, totalBits, tokenNllBits, leakMax, leakMean, windows } = lines.pop();
  const sum = lines.reduce((sum, { surprisal }) => sum + surprisal, eosBits);
  expect(totalBits).toBeCloseTo(sum, 9);
  expect(Math.abs(totalBits / tokenNllBits - 1)).toBeLessThan(1e-5);
  expect(lines.map(({ offset, byte }) => `${offset} ${byte}`).at(-1)).toBe('8 a4');
  expect(leakMax).toBeGreaterThanOrEqual(leakMean);
  expect(windows).toMatchObject([{ contextStart: 0, byteStart: 0, byteEnd: 9 }]);
  const fields = ['contextStart', 'byteStart', 'byteEnd', 'bytesBits', 'seamBits', 'endBits'];
  expect(Object.keys(windows[0])).toEqual([...fields, 'tokenBits']);
  const { bytesBits, seamBits, endBits, tokenBits } = windows[0];
  expect(Math.abs((bytesBits + seamBits + endBits) / tokenBits - 1)).toBeLessThan(1e-5);
  // The context holds 40 tokens and a tree.
  const long = run(['bytes', '-', '--model', folder], 'aé\n'.repeat(20));
  expect(long.code).toBe(0);
  // With a token for each byte nothing is open at a boundary.
  const numbers = /Σ bytes ([\d.]+) \+ end ([\d.]+) = Σ tokens ([\d.]+)/g;
  const [bytes, end, tokens] = [...long.out.matchAll(numbers)].at(-1)!.slice(1).map(Number);
  expect(Math.abs((bytes! + end!) / tokens! - 1)).toBeLessThan(1e-5);
  expect(long.out).toMatch(/bytes \d+–80, given those from [1-9]\d* on: /);
  expect(run(['bytes', '-', '--model', model], 'a')).toMatchObject({ code: 2 });
});

test('complete prints what may be inserted, with its tokens and their probability', () => {
  const text = 'import numpy as np\n\nx = np.arr\nprint(x)\n';
  const at = String(text.indexOf('np.arr') + 6);
  const args = ['complete', '-', '--at', at, '--model', coder, '--tokens', '6'];
  const lines = readLines([...args, '--json', '--fim', 'spm', '--candidates', '2'], text);
  expect(lines).toHaveLength(2);
  expect(Object.keys(lines[0])).toEqual(
    'insert replaces closes logprob fim handedBack stopReason tokens modelTokens ms'.split(' '),
  );
  const [{ insert, replaces, closes, logprob, fim, handedBack, tokens }] = lines;
  expect(replaces).toBe(0);
  expect(fim).toBe('spm');
  expect(logprob).toBeLessThan(0);
  const spelled = tokens.map(({ bytes }: { bytes: string }) => bytes).join('');
  const handed = Buffer.from(text.slice(Number(at) - handedBack, Number(at))).toString('hex');
  const written = insert.slice(0, insert.length - closes.length);
  expect(spelled.startsWith(handed + Buffer.from(written).toString('hex'))).toBe(true);
  const people = run([...args, '--fim', 'none', '--healing', 'one-token'], text);
  expect(people.code).toBe(0);
  expect(people.out).toMatch(/uses only the text before the cursor/);
});

test('complete heals one token where exact bytes are not available, and says so, unless exact is asked for', () => {
  const folder = writeModelFolder(join(scratch, 'inexact'));
  const path = join(folder, 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  json.pre_tokenizer.use_regex = false;
  writeFileSync(path, JSON.stringify(json));
  const args = ['complete', '-', '--at', '3', '--model', folder, '--tokens', '2', '--json'];
  const { code, out, err } = run(args, 'abcd');
  expect(code).toBe(0);
  expect(linesOf(out)[0]).toMatchObject({ handedBack: 1, logprob: null });
  expect(err).toMatch(
    /^Healing one token \(--healing one-token\): how far the tokenizer looks ahead/,
  );
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  const exact = run([...args, '--healing', 'exact'], 'abcd');
  expect(exact.code).toBe(3);
  expect(exact.err).toMatch(
    /looks ahead .*: try --healing one-token, which needs no exact bytes\.\n$/,
  );
});

test('a second model with another tokenizer is beside the first, byte by byte', () => {
  const folder = writeModelFolder(join(scratch, 'second'));
  const config = join(folder, 'config.json');
  const json = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...json, eos_token_id: [START_ID] }));
  const read = (args: string[], input: string) => {
    const { code, out } = run([...args, '--json', '--model', coder, '--second', folder], input);
    expect(code).toBe(0);
    return linesOf(out);
  };
  const text = 'def add(a, b):\n';
  const next = read(['next', '-', '--at', '5'], text);
  const rest = next.pop();
  let sum = rest.mixtureEnd + (rest.leak + rest.second.leak + rest.untested) / 2;
  for (const { exact, second, mixture } of next) {
    expect(mixture).toBeCloseTo((exact + second) / 2, 12);
    sum += mixture;
  }
  expect(Math.abs(sum + rest.second.untested / 2 - 1)).toBeLessThan(1e-9);
  const bytes = read(['bytes', '-'], text);
  const { bitsPerByte, secondBitsPerByte, eosBits } = bytes.pop();
  const total = bytes.reduce((bits, { surprisal }) => bits + surprisal, eosBits);
  expect(bitsPerByte).toBeCloseTo(total / text.length, 3);
  // A trained model, and one of random weights.
  expect(secondBitsPerByte).toBeGreaterThan(bitsPerByte);
  expect(bytes.every(({ second }) => second > 0)).toBe(true);
});

test('where exactness is not available, the exit code is 3 and the reason one line', () => {
  const folder = writeModelFolder(join(scratch, 'uncut'));
  const path = join(folder, 'tokenizer.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"use_regex":true', '"use_regex":false'));
  const { code, out, err } = run(['next', '-', '--at', '1', '--model', folder], 'ab');
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  // Its graph is not even read.
  writeFileSync(join(folder, 'model.onnx'), 'no graph');
  for (const args of [
    ['next', '-', '--at', '1'],
    ['bytes', '-'],
  ])
    expect(run([...args, '--model', folder], 'ab')).toEqual({ code, out, err });
  expect(run(['inspect', '-', '--model', folder], 'ab')).toMatchObject({ code: 2, out: '' });
});

test('with a Unigram tokenizer tokens and scores are as usual, and bytes are refused with the reason', () => {
  const folder = writeModelFolder(join(scratch, 'unigram'), { graph: false, start: false });
  const unigram = readFileSync(join(root, 'test/golden/lookups/unigram.json'), 'utf8');
  writeFileSync(join(folder, 'tokenizer.json'), unigram);
  writeDecoder(folder, { vocab: 401, hidden: 32, layers: 2, context: 64 });
  const json = (name: string, value: object) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  json('tokenscope.json', { start: '<bos>' });
  json('config.json', { max_position_embeddings: 64, eos_token_id: 2 });
  const text = 'return the  value\n';
  const { code, out } = run(['inspect', '-', '--json', '--model', folder], text);
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines[0].byteStart).toBe(0);
  expect(lines.at(-1).byteEnd).toBe(text.length);
  for (const line of lines) expect(line.surprisal).toBeGreaterThan(0);
  expect(run(['tokens', '-', '--model', folder], text).out).toMatch(/is Unigram: /);
  for (const args of [
    ['bytes', '-'],
    ['next', '-', '--at', '2'],
    ['complete', '-', '--at', '2', '--healing', 'exact'],
  ]) {
    const refused = run([...args, '--model', folder], 'the');
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toMatch(/The tokenizer is Unigram/);
  }
});

test.skipIf(process.platform === 'win32')(
  'a pipe, a device or a folder in the place of a file is refused at once by every command',
  () => {
    const pipe = join(scratch, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const place = ['--at', '0'];
    const commands = [
      ['tokens'],
      ['inspect'],
      ['bytes'],
      ['next', ...place],
      ['complete', ...place],
      ['features'],
      ['trace'],
    ];
    const kinds: readonly (readonly [file: string, what: string])[] = [
      [pipe, 'a pipe or a device'],
      ['/dev/zero', 'a pipe or a device'],
      [scratch, 'a folder'],
    ];
    const random = randomOf(seedOr(1));
    for (const [name = '', ...args] of commands) {
      for (const [file, what] of sampleOf([pick(random, kinds)], kinds)) {
        const { code, out, err } = run([name, file, ...args]);
        expect({ name, file, code, out }).toEqual({ name, file, code: 2, out: '' });
        expect(err).toMatch(new RegExp(`^tokenscope: Cannot read ${file}: it is ${what}.*\\n$`));
      }
    }
  },
);

test('bytes of an empty text cost what its end does, and no byte has a share', () => {
  const stories = join(root, 'models/stories260K');
  const args = ['bytes', '-', '--model', stories];
  const [sums, ...others] = readLines([...args, '--second', coder]);
  expect(others).toEqual([]);
  expect(sums).toMatchObject({ seamBits: 0, bitsPerByte: null, secondBitsPerByte: null });
  expect(sums.eosBits).toBeCloseTo(sums.tokenNllBits, 5);
  expect(sums.totalBits).toBe(sums.eosBits);
  expect(run([...args, '--second', coder]).out).toMatch(/stories260K: – bits per byte/);
});

test('bytes refuses before it scores a text with a stretch without certain boundaries', () => {
  // Long enough that scoring what is before the stretch takes minutes.
  const text = `${'one line\n'.repeat(3000)}${'a'.repeat(2000)}`;
  const { code, out, err } = run(['bytes', '-', '--model', coder], text);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/The 1001 bytes before byte 28000 contain no two certain token boundaries/);
});

const invalid = Buffer.from([0x61, 0x62, 0xff, 0x63]);
test.each([
  ['no command', [], '', /--help/],
  [
    'standard input to count',
    ['count', '-', '--model', coder],
    '',
    /Standard input is not counted/,
  ],
  [
    'a JSON file that is no tokenizer',
    ['count', '.', '--model', coder, '--tokenizer', join(coder, 'config.json')],
    '',
    /: config\.json has no "model"/,
  ],
  [
    'the name of a tokenizer that is not there',
    ['count', '.', '--model', coder, '--tokenizer', 'hf:none/none'],
    '',
    /hf:none\/none is not on this machine\. Download it with `tokenscope get none\/none`/,
  ],
  ['an unknown command', ['look', 'x'], '', /Unknown command "look".*tokens, inspect, bytes, next/],
  ['no file', ['tokens'], '', /needs FILE/],
  ['two files', ['tokens', 'a', 'b'], '', /takes only FILE; "b" is unexpected/],
  ['a missing file', ['tokens', 'gone.txt'], '', /File not found: gone\.txt/],
  ['a folder', ['tokens', '.'], '', /is a folder/],
  ['an unknown option', ['tokens', '-', '--wat'], '', /no option --wat\. It takes --model/],
  ['a name that every object has', ['tokens', '-', '--constructor'], '', /no option --constructor/],
  ['an option before the command', ['--model', 'x', 'tokens', '-'], '', /command comes first/],
  ['no value', ['inspect', '-', '--top'], '', /--top needs a value: `inspect` takes --top K/],
  ['an option as a value', ['inspect', '-', '--top', '--json'], '', /--top needs a value/],
  ['an empty value', ['tokens', '-', '--model', ''], '', /--model needs a value/],
  ['a value of a flag', ['tokens', '-', '--json=1'], '', /--json takes no value/],
  ['a number that is none', ['inspect', '-', '--top', 'x'], '', /--top takes a whole number/],
  ['no place', ['next', '-'], '', /`next` needs --at BYTE/],
  ['a place after the end', ['next', '-', '--at', '3'], 'ab', /--at takes .* from 0 to 2/],
  ['no cursor', ['complete', '-'], 'ab', /`complete` needs --at BYTE/],
  ['a cursor in a character', ['complete', '-', '--at', '2'], 'aä', /inside .* Try 1 or 3\./],
  [
    'a healing that is none',
    ['complete', '-', '--at', '0', '--healing', 'x'],
    '',
    /--healing takes/,
  ],
  ['an unknown form', ['complete', '-', '--at', '0', '--fim', 'x'], '', /--fim takes auto, psm/],
  [
    'too many tokens',
    ['complete', '-', '--at', '0', '--tokens', '0'],
    '',
    /--tokens takes a whole/,
  ],
  [
    'a seed without drawing',
    ['complete', '-', '--at', '0', '--seed', '3'],
    '',
    /--seed only with --temperature above 0/,
  ],
  [
    'a share without drawing',
    ['complete', '-', '--at', '0', '--top-p', '0.9', '--temperature', '0'],
    '',
    /--top-p only with --temperature above 0/,
  ],
  ['an unknown mode', ['next', '-', '--at', '0', '--mode', 'e9'], '', /--mode takes e1, e2 or e3/],
  ['invalid UTF-8', ['tokens', '-'], invalid, /Standard input is not UTF-8: byte ff at offset 2/],
  ['a model that is not there', ['tokens', '-', '--model', 'gone'], '', /Model folder not found/],
] as const)('%s is refused in one line', (_, args, input, message) => {
  const { code, out, err } = run([...args], input);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).toMatch(message);
});

test('an empty text and a line of 500,000 characters are texts like any other', () => {
  expect(run(['inspect', '-', '--json', '--model', model])).toEqual({ code: 0, out: '', err: '' });
  writeFileSync(join(scratch, 'long.txt'), 'a'.repeat(500_000));
  const { code, out } = run(['tokens', 'long.txt', '--model', model]);
  expect(code).toBe(0);
  expect(out).toMatch(/^500000 tokens, 500000 bytes/);
});
