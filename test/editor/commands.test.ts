// Commands about the active text: what they say where it changes under them.
import { afterEach, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../src/core/errors';
import { lenses } from '../../src/core/lenses/lenses';
import { generalCommands } from '../../src/editor/commands';
import { FakeDocument, FakeEditor } from '../support/textEditor';
import { window } from '../support/vscode';

afterEach(() => void (window.activeTextEditor = undefined));

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
