// OpenAI's autoencoders of GPT-2 small.
import { basename } from 'node:path';
import { hookOf } from '../../../core/sae/hookNames';
import { UserError } from '../../../core/errors';
import { relu } from '../canonicalSae';
import { readSafetensors } from '../safetensors';
import { sourceAt, type SaeFormat } from './saeFormat';

/** Files that `convert_pt.py` wrote: what is no tensor is in the metadata. */
export const openAi: SaeFormat = {
  name: 'OpenAI',
  fits: ({ path }) => path.endsWith('.safetensors') && readSafetensors(path).has('latent_bias'),
  read({ path }) {
    const weights = readSafetensors(path);
    const encoder = weights.get('encoder.weight');
    const bias = weights.get('pre_bias').data;
    const isTopK = weights.notes.activation === 'TopK';
    const state = JSON.parse(weights.notes.activation_state_dict ?? '{}') as { k?: number };
    const k = state.k ?? Number(weights.notes['activation_state_dict.k'] ?? NaN);
    if (isTopK && !(k > 0)) throw new UserError(`${path}: "k" is missing in its metadata.`);
    const site = /resid_(?:post|delta)_(?:attn|mlp)/.exec(path)?.[0];
    const layer = /^(\d+)\./.exec(basename(path))?.[1];
    return {
      encoder,
      encoderIs: 'Fd',
      decoder: weights.get('decoder.weight'),
      decoderIs: 'dF',
      encoderBias: weights.get('latent_bias').data,
      decoderBias: bias,
      shift: bias,
      activation: isTopK ? { kind: 'topK', k } : relu(encoder.shape[0]!),
      norm: isTopK ? 'layerNorm' : 'none',
      source: sourceAt(site && layer ? hookOf(`blocks.${layer}.${site}`) : null),
    };
  },
};
