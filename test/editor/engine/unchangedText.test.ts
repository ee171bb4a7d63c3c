// A command that a change of its text ends says so; one that the user cancels ends without a word.
import { expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { overUnchanged, TEXT_OR_AUTOENCODER } from '../../../src/editor/engine/unchangedText';

const { signal } = new AbortController();
const failing = (error: Error) => () => Promise.reject(error);

test('answers the work', async () => {
  expect(await overUnchanged(signal, 'the export', async () => 3)).toBe(3);
});

test('says what changed, unless the user cancelled it', async () => {
  const cancelled = failing(new Cancelled());
  await expect(overUnchanged(signal, 'the export', cancelled)).rejects.toThrow(
    new UserError('The text changed during the export. Run it again.'),
  );
  await expect(overUnchanged(signal, 'the export', cancelled, TEXT_OR_AUTOENCODER)).rejects.toThrow(
    /^The text or the autoencoder changed during the export\./,
  );
  const aborted = AbortSignal.abort();
  await expect(overUnchanged(aborted, 'the export', cancelled)).rejects.toThrow(Cancelled);
});

test('leaves other errors as they are', async () => {
  const error = new TypeError('a defect');
  await expect(overUnchanged(signal, 'the export', failing(error))).rejects.toBe(error);
});
