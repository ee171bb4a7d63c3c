// Commands about the active text and its lens: what they say and do where these change under them.
import { afterEach, expect, test } from 'vitest';
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
