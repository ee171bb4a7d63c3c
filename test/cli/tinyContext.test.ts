// Models that hold few tokens: every command works, or says in one line what does not fit.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { START_ID, writeModelFolder } from '../support/modelFolder';
import { writeSae } from '../support/saes';
import { sampleOf } from '../support/seed';
import { readLines, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();

const TEXT = 'sum(values);\n'.repeat(2);

function folderOf(context: number): string {
  const folder = writeModelFolder(join(scratch, `context-${context}`), { context });
  const config = { max_position_embeddings: context, hidden_size: 32, eos_token_id: START_ID };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

test.each(sampleOf([2], [2, 15]))('a model that holds %d tokens', { timeout: 120_000 }, context => {
  const model = ['--model', folderOf(context)];
  const inspected = readLines(['inspect', '-', ...model], TEXT);
  expect(inspected).toHaveLength(TEXT.length);
  for (const { surprisal } of inspected) expect(surprisal).toBeGreaterThan(0);
  expect(Math.max(...inspected.map(line => line.context))).toBe(context - 1);

  const next = readLines(['next', '-', '--at', '5', ...model], TEXT);
  const { end, leak, untested } = next.pop();
  const sum = next.reduce((all, { exact }) => all + exact, end + leak + untested);
  expect(sum).toBeCloseTo(1, 6);

  const bytes = readLines(['bytes', '-', ...model], TEXT);
  const { totalBits, tokenNllBits } = bytes.pop();
  expect(Math.abs(totalBits / tokenNllBits - 1)).toBeLessThan(1e-5);

  const sae = writeSae(join(scratch, 'sae'), { threshold: 0.4 });
  const features = readLines(['features', '-', '--sae', sae, ...model], TEXT);
  expect(features.at(-1).tokens).toBe(TEXT.length);

  const { code, out, err } = run(['complete', '-', '--at', '20', ...model], TEXT);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    new RegExp(
      `^tokenscope: context-${context} has a context of ${context} tokens, and this needs \\d+\\. .*\\n$`,
    ),
  );
});

test('a model that holds one token is no model, and its tokens are shown', () => {
  const model = ['--model', folderOf(1)];
  const { code, err } = run(['inspect', '-', ...model], TEXT);
  expect(code).toBe(2);
  expect(err).toMatch(/cannot score a text: its config\.json gives a context of 1 token/);
  expect(readLines(['tokens', '-', ...model], TEXT)).toHaveLength(TEXT.length);
});
