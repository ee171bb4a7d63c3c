// A model on a machine, of which nothing is known but what a test says.
import type { MachineModel } from '../../src/core/models/machineModel';

export function machineModel(about: Partial<MachineModel> = {}): MachineModel {
  return {
    place: 'ollama',
    name: 'tiny:latest',
    model: 'ollama:tiny:latest',
    path: '/ollama/blobs/sha256-1',
    format: 'gguf',
    family: null,
    parameters: null,
    quantisation: null,
    bytes: null,
    licence: null,
    contextTokens: null,
    fillsMiddle: null,
    exactBytes: null,
    autoencoders: 0,
    opens: 'model',
    why: '',
    ...about,
  };
}
