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
    expect(() => checks.written([1, id])).toThrow(/is no id of the vocabulary, which has 10/);
  expect(() => checks.written(undefined)).toThrow(/no ids of what it writes/);
});
