// Commands about the active text and its lens: what they say and do where these change under them.
import { afterEach, describe, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../src/core/errors';
import { lenses } from '../../src/core/lenses/lenses';
import { generalCommands } from '../../src/editor/commands';
import { OverlayState } from '../../src/editor/overlay/overlayState';
import { fakeMemory } from '../support/fakeMemory';
import { FakeDocument, FakeEditor } from '../support/textEditor';
import { fake, window } from '../support/vscode';

afterEach(() => {
  window.activeTextEditor = undefined;
  fake.unsetAll();
});

test.each([
  ['nothing', () => {}, 'tokens'],
  ['another lens', (state: OverlayState) => state.show('rank'), 'rank'],
  ['the overlay, with the lens that it has,', (state: OverlayState) => state.turnOn(), 'surprisal'],
] as const)(
  'who chooses %s while the second tokenizer is opened keeps it',
  async (_, meanwhile, lens) => {
    const state = new OverlayState(fakeMemory());
    const compareWith = async () => meanwhile(state);
    const engine = {
      call: (request: (to: object) => unknown) => request({ remote: { compareWith } }),
    };
    const services = [engine, {}, state, {}, {}, {}, { builtIn: '/models/coder' }, {}, {}];
    const table = generalCommands(...(services as unknown as Parameters<typeof generalCommands>));
    fake.choose = items => items[1];
    await table.compareWithTokenizer!();
    expect([state.isOn, state.lensId]).toEqual([true, lens]);
  },
);

describe('tokens as JSON', () => {
  const ALTERNATIVES = '"top":[{"id":1,"logprob":null}]';
  /** A model that knows the scores of its first tokens. */
  function world({ folder = '/models/coder', scores = true, known = 1 } = {}) {
    const editor = new FakeEditor(new FakeDocument('one two three'));
    window.activeTextEditor = editor;
    fake.messages.length = 0;
    const asked: unknown[] = [];
    const line = (index: number) => {
      const logprob = index > 0 && index < known ? -1 : null;
      const score = scores ? `"logprob":${logprob},${ALTERNATIVES}` : '"byteStart":0';
      return `{"index":${index},${score}}\n`;
    };
    const queries = {
      opened: { kind: 'ready', model: { folder } },
      json: async (_: unknown, range: object) => {
        asked.push(['json', range]);
        return [0, 1, 2].map(line).join('');
      },
      passes: {
        onDidScore: () => ({ dispose: () => {} }),
        scoreRange: async (_: unknown, range: object, signal: AbortSignal) => {
          asked.push(['scoreRange', range]);
          if (signal.aborted) throw new Cancelled();
          known = 3;
        },
      },
    };
    const services = [{}, queries, {}, {}, {}, {}, {}, {}, {}];
    const table = generalCommands(...(services as unknown as Parameters<typeof generalCommands>));
    const copy = () => table.copyAsJson!();
    const said = () =>
      fake.messages.map(([, text]) => text).filter(text => text.startsWith('Copied'));
    return { editor, asked, queries, copy, said };
  }
  const whole = { utf16Start: 0, utf16End: 13 };

  test('are scored before they are copied, where some have no score', async () => {
    const { asked, copy, said } = world();
    await copy();
    expect(asked).toEqual([
      ['json', whole],
      ['scoreRange', whole],
      ['json', whole],
    ]);
    expect(fake.clipboard).toBe(
      [null, -1, -1].map((p, i) => `{"index":${i},"logprob":${p},${ALTERNATIVES}}\n`).join(''),
    );
    expect(said()).toEqual(['Copied 3 tokens as JSON lines']);
  });

  test('of a selection are scored alone', async () => {
    const { editor, asked, copy } = world();
    editor.select(4, 7);
    await copy();
    expect(asked[1]).toEqual(['scoreRange', { utf16Start: 4, utf16End: 7 }]);
  });

  test('of a model without scores are copied as they are', async () => {
    const { asked, copy, said } = world({ scores: false });
    await copy();
    expect(asked).toEqual([['json', whole]]);
    expect(said()).toEqual(['Copied 3 tokens as JSON lines']);
  });

  test('are not sent to a server, and those without a score are counted', async () => {
    const { asked, copy, said } = world({ folder: 'http://127.0.0.1:8080#tokenizer=/t', known: 2 });
    await copy();
    expect(asked).toEqual([['json', whole]]);
    expect(said()).toEqual(['Copied 3 tokens as JSON lines, 1 without a score']);
  });

  test('are not copied where the text changes while they are scored', async () => {
    const { queries, copy } = world();
    fake.clipboard = 'before';
    queries.passes.scoreRange = () => Promise.reject(new Cancelled());
    await expect(copy()).rejects.toThrow('The text changed during the scoring. Run it again.');
    expect(fake.clipboard).toBe('before');
  });
});

test('scoring every byte says that the text changed meanwhile', async () => {
  window.activeTextEditor = new FakeEditor(new FakeDocument('one'));
  const passes = {
    onDidScore: () => ({ dispose: () => {} }),
    scoreEveryByte: () => Promise.reject(new Cancelled()),
  };
  const services = [{}, { passes }, { lens: lenses.bytes }, {}, {}, {}, {}, {}, {}];
  const table = generalCommands(...(services as unknown as Parameters<typeof generalCommands>));
  await expect(table.scoreEveryByte!()).rejects.toThrow(
    new UserError('The text changed during the scoring. Run it again.'),
  );
});
