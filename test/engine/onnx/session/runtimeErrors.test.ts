// What ONNX Runtime says of a graph, in one line that a person can read.
import { expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../../src/core/errors';
import { explainRuntimeError } from '../../../../src/engine/onnx/session/runtimeErrors';

const wordsOf = (message: string) =>
  explainRuntimeError(new Error(message), 'model.onnx was refused by ONNX Runtime').message;

test('the first line is told without the place in the sources of the runtime', () => {
  const message =
    'Load model failed: /build/work/onnxruntime/core/graph/model.cc:180 bool check() Unsupported IR version: 99\n at x';
  expect(wordsOf(message)).toBe(
    'model.onnx was refused by ONNX Runtime: Load model failed: bool check() Unsupported IR version: 99',
  );
});

test('a name of many characters is cut, in time that does not grow with it', () => {
  const message = `Fatal error: ${'Reduce/'.repeat(1e6)} is not a registered operator`;
  const words = wordsOf(message);
  expect(words.length).toBeLessThan(1100);
  expect(words).toMatch(/^model\.onnx was refused by ONNX Runtime: Fatal error: Reduce\/.*…$/);
});

test('other errors stay what they are', () => {
  for (const error of [new UserError('x'), new Cancelled(), new TypeError('y')])
    expect(explainRuntimeError(error, 'what')).toBe(error);
});
