// Every published format against NumPy, which computed each from the format's own formula (training/golden/sae.py).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeToken, preActivations } from '../../../src/core/sae/encode';
import { readSae, saeFormats } from '../../../src/engine/sae/readSae';
import { UserError } from '../../../src/core/errors';
import { encodeToken } from '../../support/encodeToken';

const folder = join(import.meta.dirname, '../../golden/sae/formats');
const golden = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
  d: number;
  features: number;
  refused: Record<string, string>;
  cases: Record<string, { x: number[][]; z: number[][]; xhat: number[][] }>;
};

describe.each(Object.entries(golden.cases))('%s', (name, { x, z, xhat }) => {
  const sae = readSae(join(folder, name));
  const most = Math.max(...z.flat());

  test('encodes as NumPy does', () => {
    expect([sae.width, sae.features]).toEqual([golden.d, golden.features]);
    for (const [t, row] of x.entries()) {
      const found = encodeToken(sae, Float32Array.from(row));
      const u = preActivations(sae, Float32Array.from(row));
      for (const [f, value] of z[t]!.entries()) {
        expect(Math.abs(found[f]! - value)).toBeLessThanOrEqual(1e-4 * most);
        const isClose =
          'threshold' in sae.activation && Math.abs(u[f]! - sae.activation.threshold[f]!) < 1e-4;
        if (!isClose) expect(found[f]! > 0).toBe(value > 0);
      }
    }
  });

  test('decodes as NumPy does', () => {
    const size = Math.max(...xhat.flat().map(Math.abs));
    for (const [t, row] of x.entries()) {
      const firing = z[t]!.flatMap((value, f) => (value > 0 ? [f] : []));
      const found = decodeToken(
        sae,
        row,
        firing,
        firing.map(f => z[t]![f]!),
      );
      for (const [i, value] of xhat[t]!.entries())
        expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-4 * size);
    }
  });
});

test('each format of the list reads a folder of its own', () => {
  const read = Object.keys(golden.cases).map(name => readSae(join(folder, name)).name);
  for (const { name } of saeFormats)
    expect(read.some(each => each === name || each.startsWith(`${name} `))).toBe(true);
});

test.each(Object.entries(golden.refused))('%s is refused and says %s', (name, word) => {
  const read = () => readSae(join(folder, name));
  expect(read).toThrow(UserError);
  expect(read).toThrow(word);
});

test('the converter that a refusal names is there', () => {
  expect(existsSync(join(folder, '../../../../training/sae/convert_pt.py'))).toBe(true);
});
