import { expect, test, vi } from 'vitest';
import type { MachineModel } from '../../../src/core/models/machineModel';
import { offerModel } from '../../../src/editor/models/offerModel';
import { keepRecent } from '../../../src/editor/models/recentModels';
import { fakeMemory } from '../../support/fakeMemory';
import { machineModel } from '../../support/machineModel';

type Surroundings = Parameters<typeof offerModel>[0];

/** An engine that finds these, and then ends as one that was aborted does, or fails. */
function around(models: readonly MachineModel[], failure?: Error) {
  const on = { found: (_: MachineModel) => {} };
  const aside = vi.fn(async (_: unknown, signal: AbortSignal) => {
    for (const model of models) on.found(model);
    if (failure ?? signal.aborted) throw failure ?? new Error('killed');
    return [];
  });
  const engine = {
    aside,
    onEvent: (_: string, listener: (model: MachineModel) => void) => {
      on.found = listener;
      return { dispose: () => {} };
    },
  };
  const inform = vi.fn();
  const memory = fakeMemory();
  return { engine, aside, inform, memory } as unknown as Surroundings & {
    aside: typeof aside;
    inform: typeof inform;
  };
}

test('the first model that opens is named once, with the command that lists it', async () => {
  const models = [
    machineModel({ name: 'encoder', opens: 'tokenizer' }),
    machineModel({ name: 'broken', opens: 'no' }),
    machineModel({ name: 'first:1b' }),
    machineModel({ name: 'second' }),
  ];
  const { aside, inform, ...surroundings } = around(models);
  await offerModel({ ...surroundings, inform });
  expect(inform.mock.calls).toEqual([
    [
      'first:1b (Ollama) is on this machine and can replace the built-in model. Open it with "Tokenscope: Choose Model or Tokenizer…".',
    ],
  ]);
  await offerModel({ ...surroundings, inform });
  expect(inform).toHaveBeenCalledTimes(1);
  expect(aside).toHaveBeenCalledTimes(1);
});

test('nobody is told who has chosen a model', async () => {
  const surroundings = around([machineModel()]);
  await keepRecent(surroundings.memory, '');
  await offerModel(surroundings);
  expect(surroundings.aside).not.toHaveBeenCalled();
  expect(surroundings.inform).not.toHaveBeenCalled();
});

test('where there is none, or it cannot be looked for, nothing is said, and it is looked for again', async () => {
  for (const failure of [undefined, new Error('it ended')]) {
    const surroundings = around([machineModel({ opens: 'no' })], failure);
    await offerModel(surroundings);
    await offerModel(surroundings);
    expect(surroundings.aside).toHaveBeenCalledTimes(2);
    expect(surroundings.inform).not.toHaveBeenCalled();
  }
});
