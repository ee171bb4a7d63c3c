import { expect, test } from 'vitest';
import {
  abilities,
  formatParameters,
  formatSize,
  modelFacts,
} from '../../../src/core/models/modelWords';
import { machineModel } from '../../support/machineModel';

test.each([
  [260_032, '260 k'],
  [999_499, '999 k'],
  [999_500, '1 M'],
  [134_515_008, '135 M'],
  [999_600_000, '1 B'],
  [1_543_714_304, '1.54 B'],
  [72_706_203_648, '72.7 B'],
])('%d parameters are %s', (count, words) => expect(formatParameters(count)).toBe(words));

test.each([
  [1, '1 kB'],
  [98_362_432, '98.4 MB'],
  [4_683_073_184, '4.68 GB'],
])('%d bytes are %s', (bytes, words) => expect(formatSize(bytes)).toBe(words));

test('what is not known is left out', () => {
  expect(modelFacts(machineModel())).toEqual([]);
  const known = machineModel({
    family: 'qwen2',
    parameters: 494e6,
    quantisation: 'Q4_K_M',
    bytes: 398e6,
    licence: 'apache-2.0',
  });
  expect(modelFacts(known)).toEqual([
    'qwen2',
    '494 M parameters',
    'Q4_K_M',
    '398 MB',
    'apache-2.0',
  ]);
});

test('what it can do, or why not', () => {
  const can = { fillsMiddle: true, exactBytes: true, autoencoders: 2 };
  expect(abilities(machineModel(can))).toBe('fills in the middle, exact bytes, 2 autoencoders');
  expect(abilities(machineModel({ exactBytes: false }))).toBe('no exact bytes');
  expect(abilities(machineModel())).toBe('');
  const why = 'It is an encoder.';
  expect(abilities(machineModel({ ...can, opens: 'no', why }))).toBe(why);
  expect(abilities(machineModel({ ...can, opens: 'tokenizer', why }))).toBe(`Tokens alone. ${why}`);
});
