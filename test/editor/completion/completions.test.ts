// Completions are off until they are turned on, are registered once, and are gone when they are turned off.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Calibrations } from '../../../src/editor/completion/calibrations';
import { Completions } from '../../../src/editor/completion/completions';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { Pages } from '../../../src/editor/ui/pages';
import { EventEmitter, fake } from '../../support/vscode';

let completions: Completions;
let states: EventEmitter<object>;
let state: object;
beforeEach(() => {
  fake.unsetAll();
  [states, state] = [new EventEmitter(), { kind: 'stopped' }];
  [fake.commands.length, fake.messages.length, fake.completionProviders.length] = [0, 0, 0];
  const engine = {
    onDidChangeState: states.event,
    get state() {
      return state;
    },
  };
  completions = new Completions(
    engine as unknown as Engine,
    {} as DocumentSync,
    {} as Pages,
    { onDidChange: new EventEmitter<void>().event, current: undefined } as unknown as Calibrations,
  );
});
afterEach(() => {
  completions.dispose();
  fake.unsetAll();
});
const contexts = () =>
  fake.commands.filter(([name]) => name === 'setContext').map(([, , isOn]) => isOn);
const registered = () => fake.completionProviders.filter(({ isDisposed }) => !isDisposed).length;

test('off at first, with a way to turn them on', () => {
  expect([completions.isOn, registered(), contexts()]).toEqual([false, 0, [false]]);
  expect(fake.languageStatus).toMatchObject({
    text: 'Completions: off',
    command: { command: 'tokenscope.toggleCompletions', title: 'Turn on' },
  });
});

test('turned on they are registered once, whatever else is set, and turned off they are gone', async () => {
  await completions.toggle();
  expect([completions.isOn, registered()]).toEqual([true, 1]);
  expect(fake.commands.at(-1)).toEqual(['editor.action.inlineSuggest.trigger']);
  expect(fake.languageStatus).toMatchObject({ command: { title: 'Turn off' } });
  fake.set('completion.maxTokens', 12);
  expect(fake.completionProviders).toHaveLength(1);
  await completions.turnOn();
  expect([completions.isOn, registered()]).toEqual([true, 1]);
  await completions.toggle();
  expect([completions.isOn, registered()]).toEqual([false, 0]);
  expect(contexts()).toEqual([false, true, true, false]);
  fake.set('completion.maxTokens', 13);
  expect(fake.completionProviders).toHaveLength(1);
  expect(fake.messages.map(([, text]) => text)).toEqual([
    'Completions are on',
    'Completions are on',
    'Completions are off',
  ]);
  await completions.turnOn();
  expect(registered()).toBe(1);
});
