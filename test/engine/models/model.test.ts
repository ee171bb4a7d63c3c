// One opened model, over a backend whose answers the test chooses.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { fakeBackend } from '../../support/fakeBackend';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const CONTEXT = 16;
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-model-'));
beforeAll(() => void writeModelFolder(scratch, { graph: false, context: CONTEXT }));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a tree that fails', () => {
  /** With `tokens` in its longest path, the start among them. */
  const failure = (error: Error, tokens: number) => {
    const backend = fakeBackend(BYTE_VOCAB, { tree: () => Promise.reject(error) });
    const asked = new Model(readModelFolder(scratch), backend, 512).asTokenModel();
    const trunk = Array.from({ length: tokens - 2 }, () => 65);
    const nodes = [
      { parent: -1, token: -1 },
      { parent: 0, token: 66 },
    ];
    return asked.rows(trunk, nodes, [1]).catch((error: unknown) => error);
  };
  const refused = new UserError('The model failed');

  test('of more tokens than the model holds says how many it holds', async () => {
    const said = await failure(refused, CONTEXT + 1);
    expect(said).toBeInstanceOf(UserError);
    expect(said).toMatchObject({
      message: expect.stringMatching(/has a context of 16 tokens, and this needs 17/) as string,
    });
  });

  test('of as many as it holds keeps its own reason', async () => {
    expect(await failure(refused, CONTEXT)).toBe(refused);
    expect(await failure(refused, 3)).toBe(refused);
  });

  test.each([new Cancelled(), new Error('a defect')])('by %s is not explained', async error => {
    expect(await failure(error, 3)).toBe(error);
    expect(await failure(error, CONTEXT + 1)).toBe(error);
  });
});
