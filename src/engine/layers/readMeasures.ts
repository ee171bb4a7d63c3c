// Measures that read the layers in one run of the model.
import { chosenExperts } from '../../core/layers/expertLoad';
import { exitLayer } from '../../core/layers/exitDepth';
import type { AttentionRows, LadderRows } from '../../core/layers/readings';
import type { LayerOptions } from '../../core/layers/layerPasses';
import { UserError } from '../../core/errors';
import { readAttention } from './readAttention';
import { readLadder } from './readLadder';
import type { WindowMeasure } from './windowMeasure';

/** Choices of each layer that are kept. */
const CHOICES = 3;

/** A square of so many inputs is held for each head. */
const SQUARE_TOKENS = 1024;

const GROUP = 16;
const RANK_ITERATIONS = 4;

/** The share of the layers after the one from which the model's own choice for the token's place stays first. */
export const exitDepth: WindowMeasure = {
  isCausal: true,
  uses: ['tunedLens'],
  async compute(model, { ids }, options, signal) {
    const ladder = await readLadder(model, ids, { topK: CHOICES }, options, signal);
    const shares = exitLayers(ladder).map(layer => 1 - (1 + layer) / ladder.layers);
    return aboutNext(shares, model.startTokens, ids.length);
  },
};

/** [row], from 0. */
export function exitLayers({ layers, topK, topIds }: LadderRows): Float32Array {
  const row = layers * topK;
  return Float32Array.from({ length: topIds.length / row }, (_, at) =>
    exitLayer(topIds.subarray(at * row, (at + 1) * row), topK),
  );
}

/** How many tokens a token looks at: e to the entropy of its weights but for those on the first input. */
export const attention: WindowMeasure = {
  isCausal: true,
  uses: ['layer', 'head'],
  async compute(model, { ids }, options, signal) {
    const rows = await readAttention(model, ids, options.nearShare, signal);
    const spread = rows.entropiesWithoutSink.map(Math.exp);
    return ofTokens(meanOver(rows, spread, options), model.startTokens);
  },
};

/** The weight on the nearest keys. */
export const dilution: WindowMeasure = {
  isCausal: true,
  uses: ['layer', 'head', 'nearShare'],
  async compute(model, { ids }, options, signal) {
    const rows = await readAttention(model, ids, options.nearShare, signal);
    return ofTokens(meanOver(rows, rows.locals, options), model.startTokens);
  },
};

export const coreTokens: WindowMeasure = {
  isCausal: false,
  mostTokens: () => SQUARE_TOKENS,
  uses: ['layer'],
  async compute(model, { ids }, options, signal) {
    const reading = { kind: 'coreTokens', group: GROUP, ...layerOf(options) } as const;
    return ofTokens(await model.readLayers(ids, reading, signal), model.startTokens);
  },
};

export const attentionRank: WindowMeasure = {
  isCausal: false,
  mostTokens: () => SQUARE_TOKENS,
  uses: ['layer'],
  async compute(model, { ids }, options, signal) {
    const rule = { iterations: RANK_ITERATIONS, withoutSink: true };
    const reading = { kind: 'attentionRank', ...rule, ...layerOf(options) } as const;
    const ranks = await model.readLayers(ids, reading, signal);
    // Times the inputs: 1 is what each would have if all had the same.
    return ofTokens(ranks, model.startTokens).map(rank => rank * ranks.length);
  },
};

export const redundancy: WindowMeasure = {
  isCausal: false,
  mostTokens: () => 2 * SQUARE_TOKENS,
  uses: ['layer', 'redundancyForm', 'redundancyMargin'],
  async compute(model, { ids }, options, signal) {
    const { redundancyForm: form, redundancyMargin: margin } = options;
    const reading = { kind: 'energy', form, margin, ...layerOf(options) } as const;
    return ofTokens(await model.readLayers(ids, reading, signal), model.startTokens);
  },
};

export const drift: WindowMeasure = {
  isCausal: true,
  uses: ['layer'],
  async compute(model, { ids }, options, signal) {
    const reading = { kind: 'drift', ...layerOf(options) } as const;
    return ofTokens(await model.readLayers(ids, reading, signal), model.startTokens);
  },
};

/** The expert that the router of a layer likes best for each token, from 0. */
export const routing: WindowMeasure = {
  isCausal: true,
  uses: ['layer'],
  async compute(model, { ids }, { layer }, signal) {
    const rows = await model.readLayers(ids, { kind: 'routing' }, signal);
    const { layers, experts } = rows;
    const router = layer === null ? layers.length - 1 : layers.indexOf(layer);
    if (router < 0)
      throw new UserError(`Layer ${layer} has no router: those of layers ${layers.join(', ')} do.`);
    const logits = rows.logits[router]!;
    const best = new Uint32Array(1);
    const choices = Float32Array.from({ length: logits.length / experts }, (_, input) => {
      chosenExperts(logits, input * experts, experts, best);
      return best[0]!;
    });
    return ofTokens(choices, model.startTokens);
  },
};

const layerOf = ({ layer }: LayerOptions) => (layer === null ? {} : { layer });

/** [row]: the mean of [row, layer, head] over the layers and heads that are asked for; NaN are left out. */
export function meanOver(
  { layers, heads }: AttentionRows,
  values: Float32Array,
  { layer, head }: Pick<LayerOptions, 'layer' | 'head'>,
): Float32Array {
  if (layer !== null && layer >= layers)
    throw new UserError(
      `Layer ${layer} does not exist: the model's layers are 0 to ${layers - 1}.`,
    );
  if (head !== null && head >= heads)
    throw new UserError(`Head ${head} does not exist: the model's heads are 0 to ${heads - 1}.`);
  const row = layers * heads;
  return Float32Array.from({ length: values.length / row }, (_, at) => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < row; i++) {
      const value = values[at * row + i]!;
      const isAsked =
        (layer === null || Math.floor(i / heads) === layer) &&
        (head === null || i % heads === head);
      if (!isAsked || Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count > 0 ? sum / count : NaN;
  });
}

/** Of a number for each input those of the tokens. */
function ofTokens(values: Float32Array, startTokens: number): Float32Array {
  return values.slice(startTokens);
}

/** Of a number for what comes after each input that for each token; NaN where nothing comes before the first. */
function aboutNext(values: Float32Array, startTokens: number, tokens: number): Float32Array {
  if (startTokens > 0) return values.slice(startTokens - 1, startTokens - 1 + tokens);
  const about = new Float32Array(tokens).fill(NaN);
  about.set(values.subarray(0, tokens - 1), 1);
  return about;
}
