// Gemma Scope 1 (NumPy's npz) and 2 (safetensors): JumpReLU autoencoders and transcoders.
import { UserError } from '../../../core/errors';
import { thresholds } from '../canonicalSae';
import { readNpz } from '../npz';
import { readSafetensors } from '../safetensors';
import type { Tensors } from '../tensors';
import { linear, sourceAt, type SaeFormat } from './saeFormat';

/** Folder names, which give a width and a layer, are all that Gemma Scope 1 says of itself. */
export const gemmaScope: SaeFormat = {
  name: 'Gemma Scope',
  fits: ({ file }) => file.endsWith('.npz'),
  read({ path }) {
    if (/-transcoders\b/.test(path))
      throw new UserError(
        `${path}: transcoders of Gemma Scope 1 read what the norm before the MLP makes without its weight (ln2.hook_normalized), which is not available here. Those of Gemma Scope 2 are supported.`,
      );
    const weights = readNpz(path);
    const layer = /layer_(\d+)/.exec(path)?.[1];
    const site = /-(res|mlp|att)\b/.exec(path)?.[1];
    const kind = site === 'mlp' ? 'mlp_out' : site === 'att' ? 'attn.hook_z' : 'resid_post';
    const place = kind.includes('.') ? kind : `hook_${kind}`;
    return {
      ...linear,
      ...gemma(weights),
      source: sourceAt(layer === undefined ? null : `blocks.${layer}.${place}`),
    };
  },
};

export const gemmaScope2: SaeFormat = {
  name: 'Gemma Scope 2',
  fits: ({ file }) => file === 'params.safetensors',
  read({ path, config }) {
    const weights = readSafetensors(path);
    const skip = weights.find('affine_skip_connection');
    return {
      ...linear,
      ...gemma(weights),
      skip: skip && { tensor: skip, is: 'in-out' },
      source: sourceAt(config.hf_hook_point_in, config.hf_hook_point_out, config.model_name),
    };
  },
};

function gemma(weights: Tensors) {
  return {
    encoder: weights.get('W_enc', 'w_enc'),
    decoder: weights.get('W_dec', 'w_dec'),
    encoderBias: weights.get('b_enc').data,
    decoderBias: weights.get('b_dec').data,
    activation: thresholds(weights.get('threshold').data),
  };
}
