// Answers that are no ids of the vocabulary.
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { RowChecks } from '../../src/servers/checkRows';
import type { ServerClient } from '../../src/servers/serverClient';

const client = { unexpected: (what: string) => new UserError(what) } as unknown as ServerClient;
const checks = new RowChecks(client, 10);

test('the ids of what a server writes are of the vocabulary, or refused by name', () => {
  expect(checks.written([0, 9, 3])).toEqual(Uint32Array.of(0, 9, 3));
  for (const id of [10, -1, 1.5, '3', null])
    expect(() => checks.written([1, id])).toThrow(/is not in the vocabulary of 10 tokens/);
  expect(() => checks.written(undefined)).toThrow(/generated tokens have no ids/);
});
