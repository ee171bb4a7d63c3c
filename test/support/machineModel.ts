// A model on a machine, of which nothing is known but what a test says.
import type { MachineModel } from '../../src/core/models/machineModel';
import { NOTHING_KNOWN } from '../../src/engine/models/places/description';

export function machineModel(about: Partial<MachineModel> = {}): MachineModel {
  return {
    place: 'ollama',
    name: 'tiny:latest',
    model: 'ollama:tiny:latest',
    path: '/ollama/blobs/sha256-1',
    ...NOTHING_KNOWN,
    format: 'gguf',
    opens: 'model',
    ...about,
  };
}
