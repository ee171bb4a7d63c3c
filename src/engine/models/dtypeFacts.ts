// What the report says of the dtype of a model's weights: which others the folder has, and what this one costs.
import { UserError } from '../../core/errors';
import type { Backend } from './backend';
import { describeCost, dtypeCost } from './dtypeCost';
import type { ModelFolder } from './modelFolder';
import { EXACT_DTYPE, fitsMemory, type StartRuntime } from './source';
import { weightsIn } from './sources/sources';

type Fact = readonly [name: string, value: string];

/** `request`: asks the open model in its turn. None where the dtype is not known. */
export async function dtypeFacts(
  folder: ModelFolder,
  startRuntime: StartRuntime | null,
  request: <T>(work: (backend: Backend) => Promise<T>) => Promise<T>,
): Promise<readonly Fact[]> {
  const { dtype, otherDtypes = [], why } = folder.weights ?? {};
  if (dtype === undefined) return [];
  const others = `; other exports in the folder: ${otherDtypes.join(', ')} (setting tokenscope.model.dtype)`;
  const name: Fact = [
    'Dtype',
    `${dtype}${why ? `, ${why}` : ''}${otherDtypes.length > 0 ? others : ''}`,
  ];
  if (dtype === EXACT_DTYPE) return [name];
  const cost = await costOf(folder, startRuntime, request).catch((error: Error) => {
    if (error instanceof UserError) return `not compared: ${error.message}`;
    throw error;
  });
  return [name, [`${dtype} against ${EXACT_DTYPE}`, cost]];
}

/** What the dtype costs, or why it is not known, for people. */
async function costOf(
  folder: ModelFolder,
  startRuntime: StartRuntime | null,
  request: <T>(work: (backend: Backend) => Promise<T>) => Promise<T>,
): Promise<string> {
  const exact = weightsIn(folder.path, EXACT_DTYPE);
  if (!startRuntime || 'missing' in exact || exact.dtype !== EXACT_DTYPE)
    return `not compared: the folder has no ${EXACT_DTYPE} export`;
  const { sizeBytes = 0 } = exact;
  if (!fitsMemory(sizeBytes))
    return `not compared: the ${EXACT_DTYPE} export needs ${(sizeBytes / 1e9).toFixed(1)} GB, more than half of the memory`;
  const reference = await exact.source.open(exact.path, folder.path, folder, startRuntime);
  try {
    const { tokenizer, start, contextTokens } = folder;
    const cost = await request(backend =>
      dtypeCost(backend, reference, tokenizer, start?.id, contextTokens),
    );
    return describeCost(cost);
  } finally {
    reference.dispose();
  }
}
