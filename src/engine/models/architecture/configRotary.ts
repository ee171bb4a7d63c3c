// The rotation that a config.json asks for, in either of its spellings: `rope_parameters` (transformers 5, perhaps one for
// each type of layer), or `rope_theta`, `rope_scaling` and `partial_rotary_factor` (before).
import { isObject, type Json } from '../../../core/json';
import type { Rotary } from './architecture';
import { ConfigReader } from './configReader';
import {
  frequenciesOf,
  llama3Frequencies,
  longRopeMagnitude,
  yarnFrequencies,
  yarnMagnitude,
} from './rotary';

export interface RotaryShape {
  readonly headSize: number;
  /** `max_position_embeddings`. */
  readonly contextTokens: number;
  /** Where the config does not say it. */
  readonly base: number;
  readonly partial: number;
  /** The base of layers with a window, which are not scaled, where they are turned in another way. */
  readonly localBase?: number;
  /** The keys of the base and of the part of a head that is turned, outside of `rope_parameters`. */
  readonly keys?: readonly [base: string, partial: string];
}

export interface ConfigRotary {
  readonly rotary: Rotary;
  /** Positions beyond are turned in another way, which depends on the length of the whole text. */
  readonly contextTokens: number;
  readonly warnings: readonly string[];
}

type LayerType = 'full_attention' | 'sliding_attention';

/** For layers of a type of `layer_types`; all alike where the config makes no difference. */
export function configRotary(
  config: ConfigReader,
  shape: RotaryShape,
  layerType: LayerType = 'full_attention',
): ConfigRotary {
  return rotaryOf(parametersOf(config, shape, layerType), shape);
}

/** What the keys of either spelling say, as `rope_parameters` of one type of layer. */
function parametersOf(
  config: ConfigReader,
  { base, partial, localBase, keys = ['rope_theta', 'partial_rotary_factor'] }: RotaryShape,
  layerType: LayerType,
): ConfigReader {
  const isLocal = layerType === 'sliding_attention' && localBase !== undefined;
  const ownBase = said(config, keys[0], 'rope_theta');
  const ownPartial = said(config, keys[1], 'partial_rotary_factor');
  const old = {
    rope_theta: isLocal ? localBase : (ownBase ?? base),
    partial_rotary_factor: ownPartial ?? partial,
    original_max_position_embeddings: config.value('original_max_position_embeddings'),
  };
  config.only('rope_interleaved', false);
  const name = config.value('rope_parameters') === undefined ? 'rope_scaling' : 'rope_parameters';
  const given = config.object(name) ?? {};
  config.value('rope_scaling');
  const isNested = Object.values(given).some(isObject);
  if (isNested && given[layerType] === undefined && !isLocal)
    throw config.refusal(name, given, `an object that has "${layerType}"`);
  const ofType = isNested ? given[layerType] : name === 'rope_scaling' && isLocal ? {} : given;
  const own: Json = isObject(ofType) ? ofType : {};
  const defined = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null));
  return new ConfigReader({ ...old, ...defined }, `${config.source} in "${name}"`);
}

/** Of a family's own key, or the usual one, which some versions of transformers save beside it. */
function said(config: ConfigReader, key: string, usual: string): unknown {
  const [own, other] = [config.value(key), config.value(usual)];
  if (own !== undefined && other !== undefined && own !== other)
    throw config.refusal(usual, other, `the same as "${key}"`);
  return own ?? other;
}

/** Throws `UserError` where the type is not known, or a key of it. */
function rotaryOf(parameters: ConfigReader, shape: RotaryShape): ConfigRotary {
  const { headSize, contextTokens } = shape;
  const base = parameters.number('rope_theta');
  const turned = Math.floor(headSize * parameters.number('partial_rotary_factor'));
  if (!(base > 1)) throw parameters.refusal('rope_theta', base, 'a number above 1');
  if (!(turned >= 2 && turned <= headSize && turned % 2 === 0))
    throw parameters.refusal(
      'partial_rotary_factor',
      parameters.number('partial_rotary_factor'),
      `a part of a head of ${headSize} numbers that is even`,
    );
  const type = String(parameters.value('rope_type') ?? parameters.value('type') ?? 'default');
  parameters.value('type');
  const read = TYPES.get(type);
  if (!read) throw parameters.refusal('rope_type', type, `one of ${[...TYPES.keys()].join(', ')}`);
  const made = read(parameters, { base, turned, contextTokens });
  parameters.value('original_max_position_embeddings');
  parameters.checkAllRead();
  return {
    rotary: { frequencies: made.frequencies, magnitude: made.magnitude ?? 1, pairs: 'halves' },
    contextTokens: Math.min(contextTokens, made.contextTokens ?? contextTokens),
    warnings: made.warning === undefined ? [] : [made.warning],
  };
}

interface Basis {
  readonly base: number;
  readonly turned: number;
  readonly contextTokens: number;
}

interface Made {
  readonly frequencies: number[];
  readonly magnitude?: number;
  readonly contextTokens?: number;
  readonly warning?: string;
}

const plain = (_: ConfigReader, { base, turned }: Basis): Made => ({
  frequencies: frequenciesOf(base, turned),
});

const TYPES = new Map<string, (parameters: ConfigReader, basis: Basis) => Made>([
  ['default', plain],
  [
    'linear',
    (parameters, { base, turned }) => {
      const factor = parameters.number('factor');
      return { frequencies: frequenciesOf(base, turned).map(each => each / factor) };
    },
  ],
  [
    'dynamic',
    (parameters, basis) => {
      parameters.number('factor');
      return {
        ...plain(parameters, basis),
        warning: `The context is limited to ${basis.contextTokens} tokens: longer texts would use other rotary embeddings ("dynamic").`,
      };
    },
  ],
  [
    'llama3',
    (parameters, { base, turned, contextTokens }) => ({
      frequencies: llama3Frequencies(frequenciesOf(base, turned), {
        factor: parameters.number('factor'),
        lowFrequencyFactor: parameters.number('low_freq_factor'),
        highFrequencyFactor: parameters.number('high_freq_factor'),
        originalContext: parameters.count('original_max_position_embeddings', contextTokens),
      }),
    }),
  ],
  [
    'yarn',
    (parameters, { base, turned, contextTokens }) => {
      const originalContext = parameters.count('original_max_position_embeddings', contextTokens);
      const factor = parameters.number('factor', contextTokens / originalContext);
      const [own, all] = [parameters.positive('mscale'), parameters.positive('mscale_all_dim')];
      const advised =
        own === null || all === null
          ? yarnMagnitude(factor)
          : yarnMagnitude(factor, own) / yarnMagnitude(factor, all);
      return {
        frequencies: yarnFrequencies(base, turned, {
          factor,
          originalContext,
          betaFast: parameters.number('beta_fast', 32),
          betaSlow: parameters.number('beta_slow', 1),
          truncates: parameters.flag('truncate', true),
        }),
        magnitude: parameters.number('attention_factor', advised),
      };
    },
  ],
  ['longrope', longRope],
  // As early configurations of Phi-3 call it.
  ['su', longRope],
]);

function longRope(parameters: ConfigReader, { base, turned, contextTokens }: Basis): Made {
  const originalContext = parameters.count('original_max_position_embeddings');
  const [short] = ['short_factor', 'long_factor'].map(name => {
    const factors = parameters.list(name, turned / 2) ?? [];
    if (factors.length > 0 && factors.every(each => typeof each === 'number' && each > 0))
      return factors as number[];
    throw parameters.refusal(name, factors, `a list of ${turned / 2} numbers above 0`);
  });
  const factor = parameters.number('factor', contextTokens / originalContext);
  return {
    frequencies: frequenciesOf(base, turned).map((each, i) => each / short![i]!),
    magnitude: parameters.number('attention_factor', longRopeMagnitude(factor, originalContext)),
    contextTokens: originalContext,
    warning: `The context is limited to ${originalContext} tokens: longer texts would use other rotary embeddings ("longrope").`,
  };
}
