import type { MachineModel, PlaceProblem } from '../../core/models/machineModel';
import type { Engine } from '../engine/engineClient';

/**
 * Finds the models of this machine in a process of its own, until all are found or it is aborted, which rejects. Answers
 * what could not be read. `recent`: paths that are described, too.
 */
export async function findModels(
  engine: Pick<Engine, 'aside' | 'onEvent'>,
  recent: string[],
  signal: AbortSignal,
  onFound: (model: MachineModel) => void,
): Promise<PlaceProblem[]> {
  const listener = engine.onEvent('foundModel', onFound);
  try {
    return await engine.aside(remote => remote.machineModels({ recent }), signal);
  } finally {
    listener.dispose();
  }
}
