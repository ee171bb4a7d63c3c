// Requests over a channel: answers, errors by kind, what an abort does, and the end of the other side.
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MessageConnection } from 'vscode-jsonrpc';
import { Cancelled, UserError } from '../../src/core/errors';
import { connect, methodsOf, serve } from '../../src/protocol/channel';
import { portConnection } from '../../src/protocol/port';

interface Api {
  double(params: { value: number }): number;
  refuse(params: object): never;
  fail(params: object): never;
  work(params: object): string;
}
const methods = methodsOf<Api>({ double: true, refuse: true, fail: true, work: true });

let sides: MessageConnection[];
/** Called when the other side has heard of an abort. */
let heard: () => void;
let end: (result: string) => void;

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  sides = [portConnection(port1), portConnection(port2)];
  heard = () => {};
  serve<Api>(sides[1]!, methods, {
    double: ({ value }) => 2 * value,
    refuse: () => {
      throw new UserError('Not here.');
    },
    fail: () => {
      throw new RangeError('a defect');
    },
    // Ends when the test says so, whatever it hears: as a run that cannot be broken off.
    work: (_, signal) =>
      new Promise(resolve => {
        end = resolve;
        signal.addEventListener('abort', () => heard());
      }),
  });
  for (const side of sides) side.listen();
});
afterEach(() => sides.forEach(side => side.dispose()));

test('answers come back, and errors as what they are', async () => {
  const remote = connect<Api>(sides[0]!, methods);
  expect(await remote.double({ value: 21 })).toBe(42);
  await expect(remote.refuse({})).rejects.toEqual(new UserError('Not here.'));
  await expect(remote.refuse({})).rejects.toBeInstanceOf(UserError);
  const defect = await remote.fail({}).catch((error: unknown) => error as Error);
  expect(defect).not.toBeInstanceOf(UserError);
  expect(defect).toMatchObject({
    message: 'a defect',
    stack: expect.stringContaining('RangeError'),
  });
});

test.each([false, true])('an aborted request, answered at once: %s', async isPrompt => {
  const remote = connect<Api>(sides[0]!, methods, { isPrompt });
  const controller = new AbortController();
  const hears = new Promise<void>(resolve => (heard = resolve));
  const working = remote.work({}, controller.signal);
  // What was sent before is answered before: the work has begun.
  expect(await remote.double({ value: 1 })).toBe(2);
  let ended: unknown;
  const settled = working.then(
    result => (ended = result),
    (error: unknown) => (ended = error),
  );
  controller.abort();
  await hears;
  if (isPrompt) expect(await settled).toBeInstanceOf(Cancelled);
  else expect(ended).toBeUndefined();
  // An answer that comes nevertheless is of no interest; without `isPrompt` it is the request's.
  end('done');
  await settled;
  if (isPrompt) expect(ended).toBeInstanceOf(Cancelled);
  else expect(ended).toBe('done');
  await expect(remote.work({}, controller.signal)).rejects.toBeInstanceOf(Cancelled);
  expect(await remote.double({ value: 2 })).toBe(4);
});

test('what is on its way when the other side ends is rejected', async () => {
  const remote = connect<Api>(sides[0]!, methods);
  const working = remote.work({});
  sides[0]!.dispose();
  await expect(working).rejects.toThrow(/the other side is gone|connection got disposed/);
});
