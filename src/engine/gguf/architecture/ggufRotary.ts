// How positions turn queries and keys, from the keys and the tensors of a GGUF file: as llama.cpp's `rope_yarn` computes
// it, with the tables of divisors that files of Llama 3 and Phi 3 bring.
import { UserError } from '../../../core/errors';
import { quote } from '../../../core/json';
import type { Rotary } from '../../models/architecture/architecture';
import { frequenciesOf, yarnFrequencies, yarnMagnitude } from '../../models/architecture/rotary';
import type { GgufKeys } from './ggufKeys';

export interface GgufRotary {
  readonly rotary: Rotary;
  /** The same without any scaling, with the base that layers with a window have. */
  readonly local: Rotary;
  /** The most positions that it is good for; undefined where the model's context is. */
  readonly contextTokens: number | undefined;
}

const BASE = 10_000;
const DIVISORS = 'rope_freqs.weight';
const SHORT = 'rope_factors_short.weight';

export function ggufRotary(
  keys: GgufKeys,
  headSize: number,
  pairs: Rotary['pairs'],
  /** Of layers with a window, where the file does not say it. */
  localBase?: number,
): GgufRotary {
  const turned = keys.count('rope.dimension_count') ?? headSize;
  if (turned > headSize || turned % 2 !== 0)
    throw keys.refusal('rope.dimension_count', turned, `even, and at most ${headSize}`);
  // Ollama's own converter has other names for Gemma 3.
  const [global, inWindows] = [
    keys.positive('rope.global.freq_base'),
    keys.positive('rope.local.freq_base'),
  ];
  const base = keys.positive('rope.freq_base') ?? global ?? BASE;
  const own = keys.positive('rope.freq_base_swa') ?? inWindows ?? localBase ?? base;
  const plain = { frequencies: frequenciesOf(own, turned), magnitude: 1, pairs };
  const { frequencies, magnitude, contextTokens } = scaled(keys, base, turned);
  return { rotary: { frequencies, magnitude, pairs }, local: plain, contextTokens };
}

interface Scaled {
  readonly frequencies: readonly number[];
  readonly magnitude: number;
  readonly contextTokens?: number;
}

function scaled(keys: GgufKeys, base: number, turned: number): Scaled {
  const frequencies = frequenciesOf(base, turned);
  const type = keys.string('rope.scaling.type') ?? 'linear';
  const old = keys.positive('rope.scale_linear');
  const factor = keys.positive('rope.scaling.factor') ?? old ?? 1;
  const magnitude = keys.positive('rope.scaling.attn_factor') ?? 1;
  const originalContext = keys.count('rope.scaling.original_context_length');
  // A note of the converter; where it is false the model has no scaling of its own.
  keys.boolean('rope.scaling.finetuned');
  const betaFast = keys.positive('rope.scaling.yarn_beta_fast') ?? 32;
  const betaSlow = keys.positive('rope.scaling.yarn_beta_slow') ?? 1;
  keys.only('rope.scaling.yarn_ext_factor', 1);
  keys.only('rope.scaling.yarn_attn_factor', 1);
  keys.only('rope.scaling.yarn_log_multiplier', 0);
  const divisors = divisorsOf(keys, turned);
  const divided = (all: readonly number[]) => all.map((each, i) => each / (divisors?.[i] ?? 1));
  // The table of longer texts is another one, whatever the file calls the type.
  const isShort = type === 'longrope' || (keys.has(SHORT) && !keys.has(DIVISORS));
  const limit = isShort && originalContext !== undefined ? { contextTokens: originalContext } : {};
  if (type === 'none') return { frequencies: divided(frequencies), magnitude: 1 };
  if (type === 'linear')
    return { frequencies: divided(frequencies.map(each => each / factor)), magnitude, ...limit };
  if (type === 'longrope') return { frequencies: divided(frequencies), magnitude, ...limit };
  if (type !== 'yarn')
    throw keys.refusal('rope.scaling.type', type, '"none", "linear", "yarn" or "longrope"');
  const scaling = {
    factor,
    originalContext: originalContext ?? keys.neededCount('context_length'),
    betaFast,
    betaSlow,
    truncates: true,
  };
  return {
    frequencies: divided(yarnFrequencies(base, turned, scaling)),
    magnitude: magnitude * yarnMagnitude(factor),
  };
}

/** [pair]; of Llama 3's scaling, or LongRoPE's for texts up to the original length. */
function divisorsOf(keys: GgufKeys, turned: number): Float32Array | undefined {
  const name = [DIVISORS, SHORT].find(each => keys.has(each));
  if (name === undefined) return undefined;
  const values = keys.content.values(name);
  if (values.length === turned / 2 && values.every(each => each > 0 && Number.isFinite(each)))
    return values;
  throw new UserError(
    `${keys.content.name}: ${quote(name)} should hold ${turned / 2} numbers above 0, and holds ${values.length}.`,
  );
}
