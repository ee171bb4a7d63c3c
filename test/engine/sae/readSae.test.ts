// Every published format against NumPy, which computed each from the format's own formula (training/golden/sae.py).
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeToken, preActivations } from '../../../src/core/sae/encode';
import { readSae, saeFormats } from '../../../src/engine/sae/readSae';
import { UserError } from '../../../src/core/errors';
import { encodeToken } from '../../support/encodeToken';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-saes-'));
afterAll(() => rmSync(scratch, { recursive: true }));
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

/** The folder of a format, at a path of its own, with its config changed. */
function changed(name: string, at: string, change: Readonly<Record<string, unknown>> = {}): string {
  const to = join(scratch, at);
  cpSync(join(folder, name), to, { recursive: true });
  const config = join(to, 'cfg.json');
  if (existsSync(config)) {
    const given = JSON.parse(readFileSync(config, 'utf8')) as object;
    writeFileSync(config, JSON.stringify({ ...given, ...change }));
  }
  return to;
}

test('a transcoder of Gemma Scope 1, which has the same fields, is refused by its folder', () => {
  const path = 'gemma-scope-2b-pt-transcoders/layer_12/width_16k/average_l0_9';
  expect(() => readSae(changed('gemma-scope', path))).toThrow(/transcoders of Gemma Scope 1/);
  const res = 'gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_9';
  expect(readSae(changed('gemma-scope', res)).source.hook).toBe('blocks.12.hook_resid_post');
});

test('features of sparsify by their absolute value are refused', () => {
  expect(() => readSae(changed('sparsify-topk', 'signed', { signed: true }))).toThrow(/"signed"/);
  const { features } = readSae(changed('sparsify-topk', 'unsigned', { signed: false }));
  expect(features).toBe(golden.features);
});

test('SAELens: no normalisation is none, whichever way it is written', () => {
  const sae = readSae(changed('saelens-standard', 'null', { normalize_activations: null }));
  const { x, z } = golden.cases['saelens-standard']!;
  for (const [t, row] of x.entries())
    for (const [f, value] of encodeToken(sae, Float32Array.from(row)).entries())
      expect(value).toBeCloseTo(z[t]![f]!, 4);
});

test('circuit-tracer: what is below its threshold does not fire', () => {
  const to = changed('circuit-tracer', 'jumprelu');
  const path = join(to, 'layer_1.safetensors');
  const { x, z } = golden.cases['circuit-tracer']!;
  const least = Math.max(...z.flat()) / 3;
  const threshold = new Float32Array(golden.features).fill(least);
  writeFileSync(path, withTensor(readFileSync(path), 'activation_function.threshold', threshold));
  const sae = readSae(to);
  let fewer = 0;
  for (const [t, row] of x.entries()) {
    const found = encodeToken(sae, Float32Array.from(row));
    for (const [f, value] of z[t]!.entries()) {
      if (Math.abs(value - least) < 1e-4) continue;
      expect(found[f]).toBeCloseTo(value > least ? value : 0, 4);
      if (value > 0 && value < least) fewer++;
    }
  }
  expect(fewer).toBeGreaterThan(5);
});

test('the converter that a refusal names is there', () => {
  expect(existsSync(join(folder, '../../../../training/sae/convert_pt.py'))).toBe(true);
});

/** A safetensors file with one more tensor. */
function withTensor(file: Buffer, name: string, values: Float32Array): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<string, unknown>;
  const data = file.subarray(8 + length);
  const end = data.length + values.byteLength;
  header[name] = { dtype: 'F32', shape: [values.length], data_offsets: [data.length, end] };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, data, Buffer.from(values.buffer)]);
}
