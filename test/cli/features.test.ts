// `features` on the command line: its JSON, its refusals.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeModelFolder } from '../support/modelFolder';
import { writeSae } from '../support/saes';
import { linesOf, run as runCommand, scratch, setUpCommandLine } from './support';

setUpCommandLine();
let model: string;
let sae: string;
beforeAll(() => {
  model = writeModelFolder(join(scratch, 'model'));
  sae = writeSae(join(scratch, 'sae'), { threshold: 0.4 });
  writeFileSync(
    join(sae, 'labels.jsonl'),
    '{"index": "3", "description": "a letter", "precision": 0.9, "recall": 0.5, "n": 7}\n' +
      // Measured as wrong: it does not name its feature.
      '{"index": "73", "description": "a digit", "precision": 0.01, "recall": 0.5, "n": 7}\n',
  );
});

function run(args: readonly string[], input = '') {
  const done = runCommand(['features', '-', '--model', model, ...args], input);
  return { ...done, lines: () => linesOf(done.out) };
}

test('a line for each token, and the document at the end', () => {
  const text = 'def f(x):\n  return x + 1\n'.repeat(8);
  const { code, err, lines } = run(['--sae', sae, '--json', '--top', '4'], text);
  expect(err).toBe('');
  expect(code).toBe(0);
  const found = lines();
  const last = found.pop();
  expect(found).toHaveLength(text.length);
  let counted = 0;
  for (const [index, line] of found.entries()) {
    expect(line).toMatchObject({ index, byteStart: index, byteEnd: index + 1 });
    expect(line.features.length).toBe(Math.min(4, line.l0));
    expect(line.unexplained).toBeGreaterThan(0);
    for (const { index: feature, value, label } of line.features) {
      expect(value).toBeGreaterThan(0.4);
      expect(label).toBe(feature === 3 ? 'a letter' : `unlabelled #${feature}`);
    }
    const values = line.features.map(({ value }: { value: number }) => value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    counted += line.l0;
  }
  expect(found.flatMap(({ features }) => features).some(({ index }) => index === 73)).toBe(true);
  expect(last).toMatchObject({ tokens: text.length, hook: 'blocks.0.hook_resid_post', sae: 'sae' });
  expect(last.l0Mean).toBeCloseTo(counted / text.length, 6);
  expect(last.fvu).toBeGreaterThan(0);
});

test('one feature alone, and a table for people', () => {
  const only = run(['--sae', sae, '--json', '--feature', '3', '--top', '99'], 'abc abc abc');
  const lines = only.lines().slice(0, -1);
  expect(lines.flatMap(({ features }) => features).every(({ index }) => index === 3)).toBe(true);
  const { out } = run(['--sae', sae, '--density', '1'], 'abc abc abc');
  expect(out).toContain('a letter (precision 0.90, recall 0.50)');
  expect(out).toContain('11 tokens');
  expect(out).toMatch(/^ *73 .* unlabelled; highest at /m);
});

test('a line of its labels that is none is named, and the others are labels', () => {
  const folder = writeSae(join(scratch, 'labelled'), { threshold: 0.4 });
  const path = join(folder, 'labels.jsonl');
  writeFileSync(
    path,
    '{"index": 3, "description": "a letter"}\n{"index": 5, "description": null}\n',
  );
  const problem = `${path}: 1 of 2 lines left out: line 2 has no "description".`;
  const { code, err, out } = run(['--sae', folder, '--json', '--feature', '3'], 'abc abc');
  expect({ code, err }).toEqual({ code: 0, err: `${problem}\n` });
  expect(out).toContain('"label":"a letter"');
  expect(run(['--sae', folder], 'abc abc').out).toContain(problem);
});

test('where no token counts, nothing is known of how many features are on', () => {
  const { lines } = run(['--sae', sae, '--json'], '');
  expect(lines()).toMatchObject([{ tokens: 0, fvu: null, l0Mean: null }]);
  expect(run(['--sae', sae], '').out).toContain('0 tokens: – active features');
});

test.each([
  [['--top', '3'], /--top needs --json/],
  [['--json', '--density', '0.5', '--sae', 'x'], /--density cannot be used with --json/],
  [['--json'], /comes without an autoencoder/],
  [['--sae', 'nowhere'], /does not exist/],
  [['--feature', '96'], /Feature 96 does not exist.*0 to 95/],
  [['--density', '2'], /--density/],
])('%j is refused in one line', (args, words) => {
  const own = args.includes('--sae') || args[0] === '--json' ? [] : ['--sae', sae];
  const { code, err } = run([...own, ...args], 'abc');
  expect(code).toBe(2);
  expect(err).toMatch(words);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('an autoencoder that does not fit the model is refused with both numbers', () => {
  const wide = writeSae(join(scratch, 'wide'), { width: 48 });
  const { code, err } = run(['--sae', wide], 'abc');
  expect(code).toBe(2);
  expect(err).toMatch(/its input width is 48.* has 32/);
});

test('labels of a file come before those beside it, and are not kept', () => {
  const path = join(scratch, 'export.json');
  const labels = [
    { modelId: 'toy', layer: '0-res', index: '3', description: 'from a file' },
    { modelId: 'toy', layer: '0-res', index: '1000000', description: 'none' },
  ];
  writeFileSync(path, JSON.stringify(labels));
  const labelled = run(
    ['--sae', sae, '--labels', path, '--json', '--feature', '3', '--top', '99'],
    'abc',
  );
  expect(labelled.err).toContain('label 2 is for feature 1000000, and there are');
  const labelsOf = (lines: { features?: { label: string }[] }[]) =>
    new Set(lines.flatMap(({ features = [] }) => features.map(({ label }) => label)));
  expect(labelsOf(labelled.lines())).toEqual(new Set(['from a file']));
  const again = run(['--sae', sae, '--json', '--feature', '3', '--top', '99'], 'abc');
  expect(labelsOf(again.lines())).toEqual(new Set(['a letter']));
  const none = run(['--sae', sae, '--labels', join(scratch, 'none.json')], 'abc');
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('File not found') });
});
