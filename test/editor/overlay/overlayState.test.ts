// Which lens is over the text is remembered, and pins keep their channels.
import { expect, test } from 'vitest';
import type { Memento } from 'vscode';
import { OverlayState } from '../../../src/editor/overlay/overlayState';
import { fake } from '../../support/vscode';

function memory(remembered?: object) {
  const values = new Map<string, unknown>(remembered ? [['overlay', remembered]] : []);
  const memento = {
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
  return memento as unknown as Memento;
}

test('is off until it is toggled, and says so to the conditions of commands', () => {
  fake.commands.length = 0;
  const own = memory();
  const state = new OverlayState(own);
  let changes = 0;
  state.onDidChange(() => changes++);
  expect([state.isOn, state.lensId]).toEqual([false, 'surprisal']);
  state.turnOn();
  state.turnOn();
  expect([state.isOn, changes]).toEqual([true, 1]);
  state.show('rank');
  state.toggle();
  expect(fake.commands).toEqual(
    [false, true, true, false].map(isOn => ['setContext', 'tokenscope.isOn', isOn]),
  );
  const again = new OverlayState(own);
  expect([again.isOn, again.lensId, again.lens.title]).toEqual([false, 'rank', 'Rank']);
  again.show('gap');
  expect([again.isOn, again.lensId]).toEqual([true, 'gap']);
  state.dispose();
});

test('a lens that is not there any more is forgotten', () => {
  const state = new OverlayState(memory({ on: true, lens: 'gone' }));
  expect([state.isOn, state.lensId]).toEqual([false, 'surprisal']);
});

test('a pin that changes keeps its channel, and of too many the oldest goes', () => {
  const state = new OverlayState(memory());
  for (const feature of [1, 2, 3, 4, 5, 6]) state.pin(feature);
  state.pin(2, 0.5);
  const features = () => state.pins.map(({ feature }) => feature);
  expect(features()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(state.pins[1]).toEqual({ feature: 2, threshold: 0.5 });
  state.pin(2);
  expect(state.pins[1]).toEqual({ feature: 2, threshold: 0.5 });
  state.pin(7);
  expect(features()).toEqual([2, 3, 4, 5, 6, 7]);
  state.unpin(4);
  expect(features()).toEqual([2, 3, 5, 6, 7]);
  state.unpin();
  expect(features()).toEqual([]);
});

test('each autoencoder has pins of its own, and the first one those that were made before', () => {
  const own = memory();
  const state = new OverlayState(own);
  const features = () => state.pins.map(({ feature }) => feature);
  state.pin(1);
  state.openSae('/a');
  state.pin(2);
  expect(features()).toEqual([1, 2]);
  let changes = 0;
  state.onDidChange(() => changes++);
  state.openSae('/a');
  expect(changes).toBe(0);
  // Feature 1 of another one is another feature.
  state.openSae('/b');
  expect([features(), changes]).toEqual([[], 1]);
  state.pin(7, 0.5);
  state.openSae('/a');
  expect(features()).toEqual([1, 2]);
  state.unpin();
  const again = new OverlayState(own);
  again.openSae('/b');
  expect(again.pins).toEqual([{ feature: 7, threshold: 0.5 }]);
  again.openSae('/a');
  expect(again.pins).toEqual([]);
});
