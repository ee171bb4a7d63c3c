// Llama Scope: JumpReLU autoencoders whose inputs are scaled to a norm of √d.
import { UserError } from '../../../core/errors';
import {
  constantThreshold,
  foldScale,
  mapValues,
  thresholds,
  type SaeParts,
} from '../canonicalSae';
import type { Json } from '../../../core/json';
import { readSafetensors } from '../safetensors';
import { sourceAt, type SaeFormat } from './saeFormat';

/**
 * Inputs are scaled by s = √d / (average norm of the training data). A single threshold was measured after scaling, the
 * logarithms of thresholds before.
 */
export const llamaScope: SaeFormat = {
  name: 'Llama Scope',
  fits: ({ config }) => 'dataset_average_activation_norm' in config,
  read({ path, config }) {
    const weights = readSafetensors(path);
    const encoder = weights.get('encoder.weight');
    const [features = 0, width = 0] = encoder.shape;
    const average = (config.dataset_average_activation_norm as Json | undefined)?.in;
    if (typeof average !== 'number')
      throw new UserError(
        `${path}: "dataset_average_activation_norm" is missing in its configuration.`,
      );
    const s = Math.sqrt(width) / average;
    const logs = weights.find('log_jumprelu_threshold')?.data;
    const { jump_relu_threshold: threshold } = config;
    if (!logs && typeof threshold !== 'number')
      throw new UserError(`${path}: "jump_relu_threshold" is missing in its configuration.`);
    const parts: SaeParts = {
      encoder,
      encoderIs: 'Fd',
      decoder: weights.get('decoder.weight'),
      decoderIs: 'dF',
      encoderBias: weights.get('encoder.bias').data,
      decoderBias: weights.get('decoder.bias').data,
      shift: undefined,
      activation: logs
        ? thresholds(mapValues(logs, Math.exp))
        : constantThreshold(features, (threshold as number) * s),
      source: sourceAt(config.hook_point_in, config.hook_point_out, config.model_name),
      claims: { width: config.d_model, features: config.d_sae },
    };
    return foldScale(parts, s);
  },
};
