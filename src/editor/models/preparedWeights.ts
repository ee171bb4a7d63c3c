// Shows how much the weights take that are kept for models that were opened, and deletes them. It is a bundle of its own,
// so what has state is handed over.
import { formatNumberOf } from '../../core/format';
import { formatSize } from '../../core/models/modelWords';
import type { Engine } from '../engine/engineClient';
import type { choose } from '../ui/messages';

interface Surroundings {
  readonly engine: Pick<Engine, 'aside'>;
  readonly ask: typeof choose;
  inform(message: string): void;
}

const DELETE = 'Delete';

/** Nothing is deleted unless the user says so. */
export async function deletePreparedWeights({ engine, ask, inform }: Surroundings): Promise<void> {
  const request = (deletes: boolean) =>
    engine.aside(remote => remote.weightCache({ deletes }), new AbortController().signal);
  const { folder, files, bytes } = await request(false);
  if (files === 0)
    return inform(
      `There are no prepared weights to delete. Prepared weights of GGUF files are stored in ${folder}.`,
    );
  const answer = await ask(
    `The prepared weights of ${formatNumberOf(files, 'model')} take ${formatSize(bytes)} in ${folder}. They are written again when a model is opened.`,
    DELETE,
  );
  if (answer !== DELETE) return;
  const left = await request(true);
  const inUse =
    left.files > 0 ? ` ${formatNumberOf(left.files, 'file')} in use could not be deleted.` : '';
  inform(`Deleted ${formatSize(bytes - left.bytes)} of prepared weights.${inUse}`);
}
