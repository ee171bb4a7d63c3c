// What the settings change of an engine that runs, and what is left as it is.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { ChosenModel } from '../../../src/editor/models/chosenModel';
import { EngineSettings, engineSettings } from '../../../src/editor/models/engineSettings';
import { fake } from '../../support/vscode';

let events: string[];
let errors: unknown[];
let engine: { running: boolean; state: { kind: string } };
let changeState: (state: { kind: string }) => void;
let opened: string;
let failure: Error | undefined;
let followed: EngineSettings;

beforeEach(() => {
  vi.useFakeTimers();
  fake.commands.length = 0;
  [events, errors, opened, failure] = [[], [], '/coder', undefined];
  const asked = (event: string) => async () => {
    events.push(event);
    if (failure) throw failure;
  };
  engine = {
    running: true,
    state: { kind: 'ready' },
    compare: asked('compare'),
    contrast: asked('contrast'),
    switchModel: asked('switch'),
    stop: () => events.push('stop'),
    onDidChangeState(listener: typeof changeState) {
      changeState = listener;
      return { dispose: () => {} };
    },
    hasOpened: ({ folder }: { folder: string }) => folder === opened,
  } as never;
  const chosen = () => ({ folder: '/coder', contextLimit: 64 });
  followed = new EngineSettings(engine as unknown as Engine, chosen, error => errors.push(error));
});
afterEach(() => {
  followed.dispose();
  fake.unsetAll();
  vi.useRealTimers();
});

test('another model is switched to, unless it is open; without a ready engine the next request opens it', () => {
  fake.set('model.folder', '/coder');
  expect(events).toEqual([]);
  opened = '/other';
  fake.set('model.dtype', 'q4');
  expect(events).toEqual(['switch']);
  engine.state = { kind: 'starting' };
  fake.set('model.contextLimit', 64);
  expect(events).toEqual(['switch', 'stop']);
});

test('another second tokenizer is opened, and commands know that there is one', () => {
  fake.set('compare.tokenizer', '/gpt2');
  expect(events).toEqual(['compare']);
  engine.running = false;
  fake.set('compare.tokenizer', '');
  expect(events).toEqual(['compare']);
  expect(fake.commands.map(([, ...context]) => context)).toEqual([
    ['tokenscope.compares', false],
    ['tokenscope.compares', true],
    ['tokenscope.compares', false],
  ]);
});

test('commands know whether a model is open', () => {
  fake.commands.length = 0;
  for (const kind of ['ready', 'failed']) changeState({ kind });
  expect(fake.commands.map(([, ...context]) => context)).toEqual([
    ['tokenscope.hasModel', true],
    ['tokenscope.hasModel', false],
  ]);
});

test('a pair is sent once, when both of its settings have changed', () => {
  fake.set('pair.positive', '/good');
  vi.advanceTimersByTime(100);
  fake.set('pair.negative', '/bad');
  expect(events).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(events).toEqual(['contrast']);
  engine.running = false;
  fake.set('pair.positive', '/better');
  vi.advanceTimersByTime(200);
  expect(events).toEqual(['contrast']);
});

test('what cannot be opened is told with its setting, and what was open stays open', async () => {
  failure = new UserError('No such folder.');
  opened = '/other';
  fake.set('model.folder', '/none');
  fake.set('compare.tokenizer', '/none');
  fake.set('pair.positive', '/none');
  await vi.advanceTimersByTimeAsync(200);
  expect(
    errors.map(error => /"(tokenscope\.[^"]*)".* so (.*?)\. No such/.exec(String(error))?.slice(1)),
  ).toEqual(
    ['model.folder', 'compare.tokenizer', 'pair'].map(name => [
      `tokenscope.${name}`,
      'the previous choice stays open',
    ]),
  );
});

test('an engine that starts reads what is chosen', () => {
  const choice = { folder: '/coder', contextLimit: 64, dtype: 'auto' };
  const options = engineSettings({ choice } as ChosenModel);
  fake.set('compare.tokenizer', '/gpt2');
  fake.set('pair.positive', '/good');
  expect(options.model()).toBe(choice);
  expect(options.comparedTokenizer()).toBe('/gpt2');
  expect(options.pair()).toMatchObject({ positive: { folder: '/good' } });
});
