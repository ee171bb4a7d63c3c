// Choosing a feature, and what ablating or steering it does: the change that was asked for, at the place of the cursor.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { Autoencoder } from '../../../src/editor/features/autoencoder';
import { chooseFeature } from '../../../src/editor/features/chooseFeature';
import { exportFeatures } from '../../../src/editor/features/exportFeatures';
import { showEffect } from '../../../src/editor/features/featureEffect';
import { DIALOGS } from '../../../src/editor/ui/dialogs';
import type { Pages } from '../../../src/editor/ui/pages';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { fake, window } from '../../support/vscode';

const named = (feature: number, precision: number | null = null, max: number | null = 4) => ({
  feature,
  density: 0.01,
  max,
  label: {
    kind: 'token',
    description: `label ${feature}`,
    precision,
    recall: null,
    count: 1,
    predicate: null,
  },
});
let found: Record<string, (() => object[]) | undefined>;
let asked: object[];
let effect: object | undefined;
let failure: Error | undefined;
const remote = {
  findFeatures: async (request: { words: string }) => {
    asked.push(request);
    return (found[request.words] ?? (() => []))();
  },
  effect: async (request: object) => {
    asked.push(request);
    if (failure) throw failure;
    return effect;
  },
  score: () => Promise.reject(failure!),
};
const autoencoder = {
  info: { name: 'sae-8k', hook: 'h' },
  engine: { shownWork: new Set(), onEvent: () => ({ dispose: () => {} }) },
  call: async (request: (own: object) => unknown) => request(remote),
  askAbout: async (_: unknown, request: (own: object, at: object) => unknown) =>
    request(remote, { uri: 'a', version: 1 }),
} as unknown as Autoencoder;

beforeEach(() => {
  found = { '': () => [named(1), named(2, 0.1)], nam: () => [named(3)] };
  [asked, failure] = [[], undefined];
  fake.pick = undefined;
  fake.lists.length = 0;
});
afterEach(() => {
  window.activeTextEditor = undefined;
  fake.choose = items => items[0];
});

const choose = async (given?: unknown) => {
  const chosen = chooseFeature(autoencoder, given, 'show a feature');
  if (given === undefined) await expect.poll(() => fake.pick?.items.length).toBe(2);
  return { pick: fake.pick!, chosen };
};

test('a feature that is given is taken', async () => {
  expect(await (await choose(7)).chosen).toBe(7);
  expect(asked).toEqual([]);
});

test('what is typed and accepted before its rows are there is the first of them', async () => {
  let answer = (_: object[]) => {};
  found.nam = (() => new Promise<object[]>(resolve => (answer = resolve))) as never;
  const { pick, chosen } = await choose();
  pick.type('nam');
  expect(pick.busy).toBe(true);
  pick.choose('#1 label 1');
  answer([named(3), named(1)]);
  expect(await chosen).toBe(3);
});

test('a row that is clicked before the new ones are there is taken', async () => {
  found.nam = (() => new Promise(() => {})) as never;
  const { pick, chosen } = await choose();
  pick.type('nam');
  pick.choose('#2 unlabelled');
  expect(await chosen).toBe(2);
});

test('the list follows what is typed, and names what is measured as wrong', async () => {
  const { pick, chosen } = await choose();
  expect(pick.title).toBe('Tokenscope: show a feature');
  expect(pick.items).toMatchObject([
    { label: '#1 label 1', detail: 'fires on 1 % of tokens', alwaysShow: true },
    {
      label: '#2 unlabelled',
      detail: 'fires on 1 % of tokens; label measured as wrong: label 2 (precision 0.10)',
    },
  ]);
  pick.type('nam');
  await expect.poll(() => pick.items).toMatchObject([{ label: '#3 label 3' }]);
  pick.choose('#3 label 3');
  expect(await chosen).toBe(3);
  expect(asked).toEqual([
    { words: '', rows: 200 },
    { words: 'nam', rows: 200 },
  ]);
});

test('an answer to what was typed before is not listed', async () => {
  const { pick, chosen } = await choose();
  pick.type('nam');
  pick.type('name');
  await expect.poll(() => pick.items).toEqual([]);
  pick.choose('none');
  expect(await chosen).toBeUndefined();
});

test('dismissed it chooses nothing, and what goes wrong is an error', async () => {
  const { pick, chosen } = await choose();
  pick.hide();
  expect(await chosen).toBeUndefined();
  const second = await choose();
  found.x = () => {
    throw new UserError('No autoencoder.');
  };
  second.pick.type('x');
  await expect(second.chosen).rejects.toThrow(new UserError('No autoencoder.'));
});

/** Answers the lists one after the other by their labels; the pages that were shown. */
async function run(feature: number, ...labels: (string | undefined)[]) {
  const document = new FakeDocument('one\ntwo three');
  const editor = new FakeEditor(document);
  window.activeTextEditor = editor;
  editor.select(6);
  fake.choose = items => {
    const label = labels.shift();
    return items.find(item => item.label.startsWith(label ?? '–'));
  };
  const pages: [string, string][] = [];
  const sink = { showMarkdown: async (...page: [string, string]) => void pages.push(page) };
  await showEffect(autoencoder, sink as unknown as Pages, feature);
  return pages;
}

test('an effect is of the feature, the place and the change that were chosen', async () => {
  found['7'] = () => [named(7)];
  effect = {
    feature: named(7),
    change: { kind: 'ablate' },
    value: 1.5,
    changed: 0,
    everywhere: false,
    next: [{ id: 1, bytes: new TextEncoder().encode('x'), before: 0.5, after: NaN }],
    tokens: [
      {
        bytes: new TextEncoder().encode('three'),
        utf16Start: 8,
        utf16End: 13,
        before: 1,
        after: 3.5,
      },
    ],
    counted: 4,
    totalBits: 2.5,
  };
  const [[title, page] = []] = await run(7, 'Ablate', 'At the token');
  const at = { uri: 'a', version: 1, feature: 7, at: 6 };
  expect(asked.at(-1)).toEqual({ ...at, everywhere: false, change: { kind: 'ablate' } });
  expect(title).toBe('Effect of feature 7');
  expect(page).toMatch(/^# Feature 7 is ablated at the token at the cursor\n/);
  expect(page).toContain(
    'Autoencoder sae&#45;8k at `h`. Its value at the cursor changes from 1.500 to 0.000.',
  );
  expect(page).toMatch(/\| +50 % \| below \| `x` +\|/);
  expect(page).toContain('In bits: +2.500 over 4 tokens; the largest changes.');
  expect(page).toMatch(/\| \+2\.500 \| +1\.000 \| +3\.500 \| +2 \| `three` \|/);
  fake.typed = '-2.5';
  effect = { ...effect, change: { kind: 'steer', by: 2.5 }, everywhere: true, tokens: [] };
  const [[, steered] = []] = await run(7, 'Steer', 'At every token');
  expect(asked.at(-1)).toEqual({ ...at, everywhere: true, change: { kind: 'steer', by: -2.5 } });
  expect(steered).toMatch(
    /^# Feature 7 is steered by \+2\.5 at every token of the context window\n/,
  );
  expect(steered).toMatch(/No following token changed \(4 tokens checked\)\.\n\n$/);
  effect = undefined;
  expect(await run(7, 'Ablate', 'At the token')).toEqual([]);
});

test('to steer takes a number, of which the highest value is proposed', async () => {
  const { showInputBox } = window;
  type Box = { value: string; prompt: string; validateInput(text: string): string | undefined };
  let box: Box | undefined;
  window.showInputBox = (async (about: Box) => void (box = about)) as never;
  try {
    found['7'] = () => [named(7)];
    expect(await run(7, 'Steer')).toEqual([]);
    expect(box).toMatchObject({ value: '4.0', prompt: 'Its highest value is 4.00' });
    for (const number of ['2.5', '-1', ' 3 ', '1e2'])
      expect(box!.validateInput(number)).toBe(undefined);
    for (const other of ['', ' ', 'x', '1,5', 'Infinity'])
      expect(box!.validateInput(other)).toBe('Enter a number, such as 2.5 or -1');
    // Where it was never seen there is no highest one.
    for (const names of [[named(7, null, null)], []]) {
      found['7'] = () => names;
      await run(7, 'Steer');
      expect(box).toMatchObject({ value: '1', prompt: 'In units of the feature’s value' });
    }
  } finally {
    window.showInputBox = showInputBox;
  }
});

test('nothing is computed where a choice is dismissed', async () => {
  expect(await run(7)).toEqual([]);
  expect(await run(7, 'Ablate')).toEqual([]);
  fake.typed = undefined;
  expect(await run(7, 'Steer')).toEqual([]);
  expect(asked.every(request => 'words' in request)).toBe(true);
});

test('what a change of the text ends says so', async () => {
  failure = new Cancelled();
  const changed = 'The text or the autoencoder changed during';
  await expect(run(7, 'Ablate', 'At the token')).rejects.toThrow(
    new UserError(`${changed} the computation. Run it again.`),
  );
  const editor = new FakeEditor(new FakeDocument('one'));
  fake.choose = items => items[0];
  const options = () => ({});
  const exported = exportFeatures(
    editor.asEditor,
    { ...autoencoder, options } as unknown as Autoencoder,
    DIALOGS,
  );
  await expect(exported).rejects.toThrow(new UserError(`${changed} the export. Run it again.`));
});
