// Configurations of autoencoders that no library writes: each is refused in a line that names the field.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { readSae } from '../../../src/engine/sae/readSae';
import { writeSae } from '../../support/saes';

const folder = mkdtempSync(join(tmpdir(), 'tensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['architecture', '{"a":1}'],
  ['architecture', '"constructor"'],
  ['architecture', '{"toString":true}'],
  ['architecture', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['activation_fn', '{"toString":true}'],
  ['normalize_activations', JSON.stringify('x\n'.repeat(100_000))],
])('the field %s that holds %.20s is refused by name', (field, value) => {
  const own = join(folder, 'sae');
  writeSae(own);
  writeFileSync(join(own, 'cfg.json'), `{"${field}": ${value}}`);
  expect(() => readSae(own)).toThrow(UserError);
  expect(() => readSae(own)).toThrow(
    /^[^\n]{1,1100} (?:(?:is|are) not supported|levels deep, which is not supported)/,
  );
});
