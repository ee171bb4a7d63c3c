// Choosing a pair and a second tokenizer: what is opened is what was chosen, and it is chosen once it is open.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { chooseSecondTokenizer } from '../../../src/editor/models/chooseComparison';
import { chooseModelPair, type PairSurroundings } from '../../../src/editor/models/choosePair';
import { secondTokenizers } from '../../../src/editor/models/secondTokenizers';
import { chosenPair, pairOf, settings } from '../../../src/editor/settings';
import { fake } from '../../support/vscode';

let events: unknown[];
let paths: (string | undefined)[];
let placeholder: string | undefined;
beforeEach(() => {
  [events, paths, placeholder] = [[], [], undefined];
  fake.unsetAll();
});
afterEach(() => {
  fake.unsetAll();
  fake.choose = items => items[0];
});

/** `choice`: the index of what is chosen in the list. */
function choose(choice: number | undefined, changes: Partial<PairSurroundings> = {}) {
  const remote = { choosePair: async (request: object) => void events.push(['open', request]) };
  return chooseModelPair({
    engine: { call: (request: (own: object) => unknown) => request({ remote }) } as never,
    settings: settings.pair.members,
    now: undefined,
    pairOf,
    showList: (async (items: object[], options: { placeHolder: string }) => {
      placeholder = options.placeHolder;
      return choice === undefined ? undefined : items[choice];
    }) as never,
    pickPath: async ({ title }) => {
      events.push(title);
      return paths.shift();
    },
    opening: open => open(new AbortController().signal),
    ...changes,
  });
}

test('two folders are opened, then chosen', async () => {
  paths = ['/good', '/bad'];
  expect(await choose(0)).toBe(true);
  const members = {
    positive: { folder: '/good', prompt: '' },
    negative: { folder: '/bad', prompt: '' },
  };
  expect(events).toEqual([
    'Use as Positive Model',
    'Use as Negative Model',
    ['open', { members, opensNow: true }],
  ]);
  expect(chosenPair()).toEqual(members);
  expect(placeholder).toMatch(/^To use one model with two prompts/);
});

test('those that the model’s folder names', async () => {
  fake.set('pair.positive', '/good');
  fake.set('pair.negative', '/bad');
  expect(await choose(1, { now: chosenPair()! })).toBe(true);
  expect(placeholder).toBe('now: good against bad');
  expect(events).toEqual([['open', { opensNow: true }]]);
  expect(chosenPair()).toBeUndefined();
});

test('what is dismissed or cancelled, or cannot be opened, changes nothing', async () => {
  expect(await choose(undefined)).toBe(false);
  expect(await choose(0)).toBe(false);
  paths = ['/good'];
  expect(await choose(0)).toBe(false);
  paths = ['/good', '/bad'];
  const opening = () => Promise.reject(new UserError('No model there.'));
  await expect(choose(0, { opening })).rejects.toThrow(new UserError('No model there.'));
  paths = ['/good', '/bad'];
  expect(await choose(0, { opening: async () => undefined })).toBe(false);
  expect(chosenPair()).toBeUndefined();
  expect(events.filter(event => typeof event !== 'string')).toEqual([]);
});

test('one model with two prompts is a pair, too', async () => {
  fake.set('pair.negativePrompt', 'Answer wrongly.');
  const one = {
    positive: { folder: '', prompt: '' },
    negative: { folder: '', prompt: 'Answer wrongly.' },
  };
  expect(chosenPair()).toEqual(one);
  await choose(undefined, { now: one });
  expect(placeholder).toBe('now: the open model against the open model');
});

test('the list of second tokenizers has what is compared now, and each once', () => {
  const paths = (now: string) =>
    secondTokenizers(now, '/models/coder').known!.map(({ value }) => value);
  expect(paths('')).toEqual(['/models/coder', '/models/stories260K']);
  expect(paths('/x/gpt2')).toEqual(['/x/gpt2', '/models/coder', '/models/stories260K']);
  expect(paths('/models/coder')).toEqual(['/models/coder', '/models/stories260K']);
  const { known, placeHolder } = secondTokenizers('/x/gpt2', '/models/coder');
  expect(placeHolder).toBe('now: /x/gpt2');
  expect(known![0]).toEqual({ label: 'gpt2', description: '/x/gpt2', value: '/x/gpt2' });
  expect(known![1]).toMatchObject({ label: 'coder', description: 'the built-in code model' });
  expect(secondTokenizers('', '/models/coder').placeHolder).toMatch(
    /^The second tokenizer is drawn/,
  );
});

test('a second tokenizer is opened, then chosen; one that cannot be opened is not', async () => {
  const opened: object[] = [];
  let problem: Error | undefined;
  const compareWith = async (request: object) => {
    opened.push(request);
    if (problem) throw problem;
  };
  let compared = 0;
  const engine = {
    call: (request: (running: object) => unknown) => request({ remote: { compareWith } }),
    compare: async () => void compared++,
  } as never;
  const path = '/models/stories260K';
  const choose = (answer: (items: { label: string }[]) => unknown) => {
    fake.choose = answer;
    return chooseSecondTokenizer(engine, '/models/coder');
  };
  expect(await choose(() => undefined)).toBe(false);
  expect(opened).toEqual([]);
  problem = new UserError('No tokenizer there.');
  await expect(choose(items => items[1])).rejects.toThrow(
    /^Your choice cannot be opened, so the previous choice stays open\. No tokenizer there\. Choose another one with "Tokenscope: Compare with Tokenizer or Model…"\.$/,
  );
  expect(settings.compare.tokenizer.value).toBe('');
  problem = new TypeError('no function');
  await expect(choose(items => items[1])).rejects.toBe(problem);
  problem = undefined;
  expect(await choose(items => items[1])).toBe(true);
  expect(opened).toEqual([{ path }, { path }, { path }]);
  expect(settings.compare.tokenizer.value).toBe(path);
  // Chosen again, as its files were mended: no setting changes that would open it.
  expect(compared).toBe(0);
  expect(await choose(items => items.find(({ label }) => label === 'stories260K'))).toBe(true);
  expect(compared).toBe(1);
});
