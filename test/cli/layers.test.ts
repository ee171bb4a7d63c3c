// `layers` on the command line: its lines, its tables, its refusals.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { layerPasses, layerPassNames } from '../../src/core/layers/layerPasses';
import { goldenArchitecture, withVocabulary, writeCheckpoint } from '../support/checkpoints';
import { BYTE_VOCAB, writeModelFolder } from '../support/modelFolder';
import { writeTunedLens } from '../support/tunedLens';
import { coder, linesOf, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();
const TEXT = 'function first(items) {\n  return items[0];\n}\n'.repeat(3);

let places: ReturnType<typeof linesOf>;
beforeAll(() => {
  places = linesOf(run(['tokens', '-', '--model', coder, '--json'], TEXT).out);
});

// The built-in model is no mixture of experts: test/engine/layers/routing.test.ts has some.
const names = layerPasses.filter(id => id !== 'routing').map(id => layerPassNames[id]);
test.each(names)('%s: a line for each token', name => {
  const { code, err, out } = run(['layers', '-', '--model', coder, '--lens', name, '--json'], TEXT);
  expect([code, err]).toEqual([0, '']);
  const lines = linesOf(out);
  expect(lines).toHaveLength(places.length);
  lines.forEach((line, i) => expect(line).toMatchObject(places[i]));
  const known = lines.filter(({ value }) => value !== null);
  expect(known.length).toBeGreaterThan(lines.length / 3);
  expect(known.every(({ value }) => Number.isFinite(value))).toBe(true);
});

test('the ladder and the heads are in the lines of their lenses', () => {
  const exits = linesOf(
    run(['layers', '-', '--model', coder, '--lens', 'exit-depth', '--json'], TEXT).out,
  );
  for (const { value, exitLayer, layers } of exits) {
    expect(layers).toHaveLength(4);
    expect(value).toBeCloseTo(100 * (1 - (1 + exitLayer) / 4), 3);
    const choices = layers.map(({ top }: { top: { id: number }[] }) => top[0]!.id);
    expect(new Set(choices.slice(exitLayer)).size).toBe(1);
  }
  const heads = linesOf(
    run(['layers', '-', '--model', coder, '--lens', 'dilution', '--json'], TEXT).out,
  );
  for (const { value, near, first, entropy } of heads) {
    expect([near.length, near[0].length, first[3].length, entropy[0].length]).toEqual([4, 8, 8, 8]);
    const mean = near.flat().reduce((sum: number, each: number) => sum + each, 0) / 32;
    expect(value).toBeCloseTo(100 * mean, 3);
  }
});

test('people read a table, and what the text as a whole says', () => {
  const { out } = run(['layers', '-', '--model', coder], TEXT);
  expect(out).toMatch(/ % of the layers not needed$/m);
  expect(out).toContain(
    'If the model exited at the first layer with this confidence, by the logit lens:',
  );
  expect(out).toMatch(/^ *0\.99 /m);
  const near = run(
    ['layers', '-', '--model', coder, '--lens', 'dilution', '--near', '0.2'],
    TEXT,
  ).out;
  expect(near).toContain('Attention on the nearest 20 %');
});

test('what cannot be read is refused, with what there is', () => {
  const refused = (args: string[], text = TEXT) => {
    const { code, err } = run(['layers', '-', '--model', coder, ...args], text);
    expect(code).toBe(2);
    return err;
  };
  expect(refused(['--lens', 'attentiveness'])).toContain('--lens takes exit-depth, attention');
  expect(refused(['--lens', 'attention', '--layer', '4'])).toContain('layers are 0 to 3');
  expect(refused(['--lens', 'dilution', '--head', '8'])).toContain('heads are 0 to 7');
  expect(refused(['--lens', 'dilution', '--near', '0'])).toContain('--near takes a number above 0');
  expect(refused(['--lens', 'routing'])).toContain('it is not a mixture of experts');
  const tokens = join(scratch, 'tokens.json');
  writeFileSync(tokens, 'no tokenizer');
  expect(refused(['--model', tokens])).toContain('tokens.json is not valid JSON');
  expect(run(['layers', '-', '--model', coder, '--json'], '').out).toBe('');
});

test('a tuned lens is named, and refused where it does not fit the model', () => {
  const read = (args: string[]) =>
    run(['layers', '-', '--model', coder, '--tuned-lens', ...args], TEXT);
  const zeros = writeTunedLens(scratch, { layers: 4, width: 256 });
  const first = read([zeros, '--json']);
  expect(first.err).toBe('');
  const lines = linesOf(first.out);
  const without = linesOf(run(['layers', '-', '--model', coder, '--json'], TEXT).out);
  expect(lines).toEqual(without.map(line => ({ ...line, tunedLens: 'a/b' })));
  expect(without.every(({ tunedLens }) => tunedLens === null)).toBe(true);
  expect(read([zeros]).out).toContain('with this confidence, by the tuned lens of a/b:');
  const { code, err, out } = read([writeTunedLens(scratch, { layers: 4, width: 32 })]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('for a model of width 32; the open model has width 256');
  expect(read([zeros, '--lens', 'drift']).err).toContain('Use it with --lens exit-depth');
});

test('routing is compared with a file, or with the other files of a folder', () => {
  const moe = writeModelFolder(join(scratch, 'moe'), { graph: false });
  writeCheckpoint(moe, withVocabulary(goldenArchitecture('mixtral'), BYTE_VOCAB));
  const folder = join(scratch, 'texts');
  mkdirSync(folder);
  const own = join(folder, 'own.txt');
  writeFileSync(own, TEXT);
  writeFileSync(join(folder, 'other.txt'), 'Once upon a time\n');
  writeFileSync(join(folder, 'image.png'), Uint8Array.of(0x89, 0x50));
  writeFileSync(join(folder, 'latin1.txt'), Uint8Array.of(0xff));
  const read = (against: string, ...args: string[]) =>
    run(['layers', own, '--model', moe, '--lens', 'routing', '--against', against, ...args]);
  const lastOf = (against: string) => linesOf(read(against, '--json').out).at(-1)!;
  const same = lastOf(own);
  expect(same.others).toEqual({ files: 1, given: 1, tokens: same.tokens });
  for (const { distance, shares, othersShares } of same.layers) {
    expect([distance, othersShares]).toEqual([0, shares]);
    expect(shares.reduce((sum: number, each: number) => sum + each, 0)).toBeCloseTo(1, 10);
  }
  const others = lastOf(folder);
  expect(others.others).toMatchObject({ files: 1, given: 2 });
  expect(others.layers[0].distance).toBeGreaterThan(0);
  expect(read(folder).out).toMatch(/and \d+ tokens of 1 of 2 files:\n *layer +total variation/);
  const refused = (args: string[]) => {
    const { code, err, out } = run(['layers', own, '--model', moe, ...args], TEXT);
    expect(code).toBe(2);
    return out + err;
  };
  expect(refused(['--against', own])).toContain('Use it with --lens routing');
  expect(refused(['--lens', 'routing', '--against', '-'])).toContain('needs a file or a folder');
  const routing = ['--lens', 'routing', '--against'];
  expect(refused([...routing, 'nowhere'])).toBe('tokenscope: File not found: nowhere\n');
  expect(refused([...routing, join(folder, 'latin1.txt')])).toContain('is not UTF-8');
  mkdirSync(join(scratch, 'none'));
  expect(refused([...routing, 'none'])).toContain('There is no other text to compare with');
});
