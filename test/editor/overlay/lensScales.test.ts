// Scales that follow the model are measured once for each model, kept, and drawn as dense as the setting says.
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Uri, type Memento } from 'vscode';
import type { MeasuredBounds } from '../../../src/core/lenses/density';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import type { Engine, EngineStatus } from '../../../src/editor/engine/engineClient';
import { chooseDensity } from '../../../src/editor/overlay/chooseDensity';
import { LensScales } from '../../../src/editor/overlay/lensScales';
import { settings } from '../../../src/editor/settings';
import { fake } from '../../support/vscode';

const steps = (first: number) => [0, 1, 2, 3, 4, 5, 6].map(step => first + step);
const BOUNDS: MeasuredBounds = { subtle: steps(20), normal: steps(10), full: steps(1) };
const READY = { kind: 'ready', model: { folder: '/m', name: 'm', scores: true, weightsTime: 1 } };

let asked: { lens: LensId; texts: readonly string[] }[];
let answer: () => Promise<MeasuredBounds | null>;
let errors: unknown[];
let sae: unknown;
let values: Map<string, unknown>;
let engine: { state: EngineStatus; call: Engine['call'] };

beforeEach(() => {
  fake.unsetAll();
  for (const name of ['retry.ts', 'readings.py', 'twice.js', 'story.txt'])
    fake.files.set(`/x/samples/${name}`, new TextEncoder().encode(`text of ${name}`));
  [asked, errors, values, sae] = [[], [], new Map(), undefined];
  answer = async () => BOUNDS;
  engine = {
    state: READY as unknown as EngineStatus,
    call: (async (request: (running: unknown) => unknown) =>
      request({
        remote: {
          measureScale(params: (typeof asked)[number]) {
            asked.push(params);
            return answer();
          },
        },
      })) as Engine['call'],
  };
});

function scales() {
  const memento = {
    get: (key: string, fallback: unknown) => values.get(key) ?? fallback,
    update: async (key: string, value: unknown) => void values.set(key, value),
  } as unknown as Memento;
  const folder = Uri.file('/x/samples');
  const made = new LensScales(
    engine as Engine,
    memento,
    folder,
    () => sae,
    error => errors.push(error),
  );
  let changes = 0;
  made.onDidChange(() => changes++);
  return { made, changes: () => changes };
}
const boundsOf = (made: LensScales, id: LensId = 'surprisal') => {
  const { scale } = made.lensOf(id);
  return scale.kind === 'heat' ? scale.bounds : undefined;
};

test('a model is measured once, and what was measured is kept', async () => {
  const { made, changes } = scales();
  const before = made.lensOf('surprisal');
  expect(made.lensOf('surprisal')).toBe(before);
  expect(boundsOf(made)![0]).toBe(4);
  await made.follow('surprisal');
  expect(boundsOf(made)).toEqual(BOUNDS.normal);
  expect(changes()).toBe(1);
  expect(asked[0]!.texts).toHaveLength(4);
  expect(asked[0]!.texts[0]).toBe('text of retry.ts');
  await made.follow('surprisal');
  await scales().made.follow('surprisal');
  expect(asked.map(({ lens }) => lens)).toEqual(['surprisal']);
  expect(boundsOf(scales().made)).toEqual(BOUNDS.normal);
});

test('other weights and other lenses have scales of their own', async () => {
  const { made } = scales();
  await made.follow('surprisal');
  await made.follow('entropy');
  engine.state = { ...READY, model: { ...READY.model, weightsTime: 2 } } as unknown as EngineStatus;
  expect(boundsOf(made)![0]).toBe(4);
  await made.follow('surprisal');
  expect(asked.map(({ lens }) => lens)).toEqual(['surprisal', 'entropy', 'surprisal']);
});

test('what cannot be measured keeps its own bounds, and is not asked for again', async () => {
  const { made } = scales();
  answer = async () => null;
  await made.follow('surprisal');
  await made.follow('surprisal');
  await made.follow('features');
  await made.follow('tokens');
  expect(asked).toHaveLength(1);
  expect(boundsOf(made)![0]).toBe(4);
  expect(made.lensOf('tokens')).toBe(lenses.tokens);
  engine.state = { kind: 'stopped' };
  await made.follow('rank');
  expect(asked).toHaveLength(1);
});

test('features have a scale of their own for each autoencoder, once it is open', async () => {
  const { made } = scales();
  await made.follow('features');
  expect(asked).toHaveLength(0);
  sae = ['/sae', 0.05];
  await made.follow('features');
  expect(asked).toMatchObject([{ lens: 'features', features: { pins: [], densityCutoff: 0.05 } }]);
  expect(boundsOf(made, 'features')).toEqual(BOUNDS.normal);
  sae = ['/other', 0.05];
  expect(boundsOf(made, 'features')).not.toEqual(BOUNDS.normal);
});

test('a density that cannot be written is not shown any longer', async () => {
  const { made } = scales();
  const { update } = settings.overlay.density;
  onTestFinished(() => void Object.assign(settings.overlay.density, { update }));
  Object.assign(settings.overlay.density, {
    update: () => Promise.reject(new Error('Unable to write into user settings.')),
  });
  const chosen = chooseDensity(made);
  fake.pick!.point('Full');
  expect(made.density).toBe('full');
  fake.pick!.choose('Full');
  await expect(chosen).rejects.toThrow('Unable to write');
  expect(made.density).toBe('normal');
});

test('an error is reported, and the lens is drawn as if there were no scale', async () => {
  const { made } = scales();
  answer = async () => Promise.reject(new Error('gone'));
  await made.follow('surprisal');
  expect(errors).toEqual([new Error('gone')]);
  expect(boundsOf(made)![0]).toBe(4);
});

test('what was measured for a model that is not open any more is dropped', async () => {
  const { made } = scales();
  answer = async () => {
    engine.state = {
      ...READY,
      model: { ...READY.model, folder: '/other' },
    } as unknown as EngineStatus;
    return BOUNDS;
  };
  await made.follow('surprisal');
  expect(values.size).toBe(0);
  // Once the first one is open again, it is measured after all.
  engine.state = READY as unknown as EngineStatus;
  answer = async () => BOUNDS;
  await made.follow('surprisal');
  expect(boundsOf(made)).toEqual(BOUNDS.normal);
});

test('settings choose the density, and bounds that are the same for all models', async () => {
  const { made } = scales();
  await made.follow('surprisal');
  fake.set('overlay.density', 'subtle');
  expect(boundsOf(made)).toEqual(BOUNDS.subtle);
  fake.set('overlay.scale', 'fixed');
  expect(boundsOf(made)![0]).toBe(8);
  fake.set('overlay.density', 'full');
  expect(boundsOf(made)).toEqual([1, 2, 4, 6, 8, 11, 14]);
});

test('a density is shown while it is pointed at, and set once it is chosen', async () => {
  const { made } = scales();
  await made.follow('surprisal');
  const dismissed = chooseDensity(made);
  expect(fake.pick!.activeItems.map(({ label }) => label)).toEqual(['Normal']);
  fake.pick!.point('Subtle');
  expect(boundsOf(made)).toEqual(BOUNDS.subtle);
  fake.pick!.hide();
  await dismissed;
  expect(boundsOf(made)).toEqual(BOUNDS.normal);
  const chosen = chooseDensity(made);
  fake.pick!.point('Subtle');
  fake.pick!.choose('Full');
  await chosen;
  expect(boundsOf(made)).toEqual(BOUNDS.full);
});
