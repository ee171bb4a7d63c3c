// The sets of transcoders that circuit-tracer reads.
import { basename } from 'node:path';
import { relu, thresholds } from '../canonicalSae';
import { readSafetensors } from '../safetensors';
import { sourceAt, type SaeFormat } from './saeFormat';

/** Older files have W_dec [d', F]. */
export const circuitTracer: SaeFormat = {
  name: 'circuit-tracer',
  fits: ({ yaml }) => yaml !== '',
  read({ path, yaml }) {
    const weights = readSafetensors(path);
    const encoder = weights.get('W_enc', 'W_enc_0');
    const decoder = weights.get('W_dec');
    const skip = weights.find('W_skip');
    const threshold = weights.find('activation_function.threshold', 'threshold');
    const layer = /layer_(\d+)/.exec(basename(path))?.[1] ?? '0';
    const named = (key: string) => new RegExp(`^${key}:\\s*["']?([^"'\\s]+)`, 'm').exec(yaml)?.[1];
    const at = (name: string | undefined) => (name ? `blocks.${layer}.${name}` : null);
    const [features = 0] = encoder.shape;
    return {
      encoder,
      encoderIs: 'Fd',
      decoder,
      decoderIs: decoder.shape[0] === features ? 'Fd' : 'dF',
      encoderBias: weights.get('b_enc').data,
      decoderBias: weights.get('b_dec').data,
      shift: undefined,
      activation: threshold ? thresholds(threshold.data) : relu(features),
      skip: skip && { tensor: skip, is: 'out-in' },
      source: sourceAt(
        at(named('feature_input_hook')),
        at(named('feature_output_hook')),
        named('model_name'),
      ),
    };
  },
};
