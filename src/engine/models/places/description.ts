import type { MachineModel } from '../../../core/models/machineModel';

/** What a model's own files say, without its place. */
export type Description = Partial<Omit<MachineModel, 'place' | 'name' | 'model' | 'path'>> &
  Pick<MachineModel, 'opens'>;

export const NOTHING_KNOWN: Omit<MachineModel, 'place' | 'name' | 'model' | 'path' | 'opens'> = {
  format: null,
  family: null,
  parameters: null,
  quantisation: null,
  bytes: null,
  licence: null,
  contextTokens: null,
  fillsMiddle: null,
  exactBytes: null,
  autoencoders: 0,
  dtypes: [],
  why: '',
};
