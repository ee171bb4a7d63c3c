// The encoder's graph in ONNX Runtime: every format against NumPy, and tokens with more features on than the first run
// returns against plain arithmetic.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeToken, lengthOf } from '../../../../src/core/sae/encode';
import { rowCount, valueAt } from '../../../../src/core/sae/sparseRows';
import { mutualChoice } from '../../../../src/core/sae/selection';
import { EncoderSession } from '../../../../src/engine/onnx/session/encoderSession';
import { readSae } from '../../../../src/engine/sae/readSae';
import { normalNumbers, randomSae } from '../../../support/saes';
import { encodeToken } from '../../../support/encodeToken';

const folder = join(import.meta.dirname, '../../../golden/sae/formats');
const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
  cases: Record<string, { x: number[][]; z: number[][] }>;
};

test.each(Object.entries(cases))('%s', async (name, { x, z }) => {
  const sae = readSae(join(folder, name));
  const session = await EncoderSession.open(sae);
  try {
    const rows = await session.encode(Float32Array.from(x.flat()));
    const most = Math.max(...z.flat());
    expect(rowCount(rows)).toBe(x.length);
    for (const [t, row] of z.entries()) {
      for (const [f, value] of row.entries())
        expect(Math.abs(valueAt(rows, t, f) - value)).toBeLessThanOrEqual(1e-4 * most);
      expect(rows.norms[t]).toBeCloseTo(lengthOf(x[t]!), 4);
    }
  } finally {
    await session.release();
  }
});

test('no feature is lost if hundreds are on at a token', async () => {
  const sae = randomSae({ width: 16, features: 700, threshold: 0 });
  const session = await EncoderSession.open(sae);
  const x = normalNumbers(16 * 5, 3);
  const rows = await session.encode(x);
  for (let t = 0; t < 5; t++) {
    const own = x.subarray(t * 16, (t + 1) * 16);
    const wanted = encodeToken(sae, own);
    const on = [...wanted.keys()].filter(f => wanted[f]! > 1e-5);
    expect(on.length).toBeGreaterThan(128);
    for (const f of on) expect(valueAt(rows, t, f)).toBeCloseTo(wanted[f]!, 4);
    expect(rows.starts[t + 1]! - rows.starts[t]!).toBeLessThanOrEqual(on.length + 2);
    const decoded = decodeToken(
      sae,
      own,
      on,
      on.map(f => wanted[f]!),
    );
    expect(rows.errors[t]).toBeCloseTo(lengthOf(own.map((value, i) => value - decoded[i]!)), 2);
  }
  await session.release();
});

test('candidates are the highest features of each token that are above 0', async () => {
  const sae = randomSae({ width: 16, features: 300, threshold: 1 });
  const session = await EncoderSession.open(sae);
  const x = normalNumbers(16 * 6, 4);
  const rows = await session.encode(x, { limit: 300 });
  const all = await session.encode(x, { limit: 40 });
  expect(all.starts[6]).toBe(240);
  const own = await session.encode(x);
  const above = rows.values.filter(value => value > 1).length;
  expect(mutualChoice(rows, above).features).toEqual(own.features);
  await session.release();
});
