// EleutherAI's sparsify: top-k autoencoders and transcoders, in a folder named after a module of the model.
import { basename } from 'node:path';
import { UserError } from '../../../core/errors';
import { asNumber, quote } from '../../../core/json';
import { readSafetensors } from '../safetensors';
import { sourceAt, type SaeFormat } from './saeFormat';

export const sparsify: SaeFormat = {
  name: 'sparsify',
  fits: ({ file }) => file === 'sae.safetensors',
  read({ path, folder, config }) {
    const weights = readSafetensors(path);
    const decoderBias = weights.get('b_dec').data;
    const skip = weights.find('W_skip');
    const { k, activation = 'topk' } = config;
    if (typeof k !== 'number') throw new UserError(`${path}: "k" is missing in its cfg.json.`);
    if (activation !== 'topk' && activation !== 'groupmax')
      throw new UserError(`${path}: the activation ${quote(activation)} is not supported.`);
    if (config.signed === true)
      throw new UserError(
        `${path}: "signed" features, by their absolute value, are not supported.`,
      );
    const encoder = weights.get('encoder.weight');
    const claimed =
      numberOf(config.num_latents) || numberOf(config.d_in) * numberOf(config.expansion_factor);
    const module = basename(folder);
    const isTranscoder = config.transcode === true;
    return {
      encoder,
      encoderIs: 'Fd',
      decoder: weights.get('W_dec'),
      decoderIs: 'Fd',
      encoderBias: weights.get('encoder.bias').data,
      decoderBias,
      shift: isTranscoder ? undefined : decoderBias,
      activation: { kind: activation === 'topk' ? 'topK' : 'groupMax', k },
      skip: skip && { tensor: skip, is: 'out-in' },
      source: sourceAt(isTranscoder ? `${module}.hook_in` : module, module),
      claims: { width: config.d_in, features: claimed || undefined },
    };
  },
};

/** 0 for what is no number. */
const numberOf = (value: unknown) => asNumber(value) ?? 0;
