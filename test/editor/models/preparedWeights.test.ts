import { expect, test, vi } from 'vitest';
import { deletePreparedWeights } from '../../../src/editor/models/preparedWeights';

type Surroundings = Parameters<typeof deletePreparedWeights>[0];

/** `left`: files that stay where the others are deleted. */
async function run(files: number, answer: string | undefined, left = 0) {
  const asked: boolean[] = [];
  const weightCache = ({ deletes }: { deletes: boolean }) => {
    asked.push(deletes);
    const count = deletes ? left : files;
    return { folder: '/cache', files: count, bytes: count * 1e6 };
  };
  const ask = vi.fn(async () => answer);
  const inform = vi.fn();
  const aside = async (request: (remote: unknown) => unknown) => request({ weightCache });
  await deletePreparedWeights({ engine: { aside }, ask, inform } as unknown as Surroundings);
  return { asked, question: ask.mock.calls.flat(), said: inform.mock.calls.flat() };
}

test('nothing is kept, and nothing is asked', async () => {
  expect(await run(0, 'Delete')).toEqual({
    asked: [false],
    question: [],
    said: [
      'There are no prepared weights to delete. Prepared weights of GGUF files are stored in /cache.',
    ],
  });
});

test('the question says how much it is and where', async () => {
  const { asked, question, said } = await run(3, 'Delete');
  expect(question).toEqual([
    'The prepared weights of 3 models take 3 MB in /cache. They are written again when a model is opened.',
    'Delete',
  ]);
  expect(asked).toEqual([false, true]);
  expect(said).toEqual(['Deleted 3 MB of prepared weights.']);
});

test('without a yes nothing is deleted', async () => {
  expect(await run(3, undefined)).toMatchObject({ asked: [false], said: [] });
});

test('what is in use is told', async () => {
  expect((await run(3, 'Delete', 1)).said).toEqual([
    'Deleted 2 MB of prepared weights. 1 file in use could not be deleted.',
  ]);
});
