// Qwen-Scope: top-k autoencoders of residual streams.
import { basename } from 'node:path';
import { UserError } from '../../../core/errors';
import { readSafetensors } from '../safetensors';
import { sourceAt, type SaeFormat } from './saeFormat';

/** Only the name of the repository gives k: SAE-Res-Qwen3-1.7B-Base-W32K-L0_50. */
export const qwenScope: SaeFormat = {
  name: 'Qwen-Scope',
  fits: ({ file }) => /^layer_?\d+/.test(file),
  read({ path, config }) {
    const weights = readSafetensors(path);
    const k =
      typeof config.k === 'number' ? config.k : Number(/L0[_-](\d+)/.exec(path)?.[1] ?? NaN);
    if (!(k > 0))
      throw new UserError(
        `${path}: the number of active features is in the name of its repository (L0_50). Keep that name for the folder.`,
      );
    const layer = /layer_?(\d+)/.exec(basename(path))?.[1];
    return {
      encoder: weights.get('W_enc'),
      encoderIs: 'Fd',
      decoder: weights.get('W_dec'),
      decoderIs: 'dF',
      encoderBias: weights.get('b_enc').data,
      decoderBias: weights.get('b_dec').data,
      shift: undefined,
      activation: { kind: 'topK', k },
      source: sourceAt(layer === undefined ? null : `blocks.${layer}.hook_resid_post`),
    };
  },
};
