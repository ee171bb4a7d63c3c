// At which layer a token is settled, by the logit lens: the final norm and the head after every block (nostalgebraist
// 2020, "interpreting GPT: the logit lens"). Kangaroo (Liu et al. 2024, arXiv:2404.18911) leaves its network early where a
// small adapter is confident. No such adapter is trained here, so what leaves early is the logit lens alone.

/** Probabilities of the first choice at which a token might leave. */
export const EXIT_THRESHOLDS: readonly number[] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/** What the logit lens says of one token: flat [layers, topK], in the order of the layers, likeliest first. */
export interface LensRow {
  readonly topIds: ArrayLike<number>;
  /** In nats. */
  readonly topLogprobs: ArrayLike<number>;
}

/**
 * The first layer from which on every layer has the last one's first choice as its first, counted from 0; the last
 * layer if the one before it chooses another. `topIds`: flat [layers, topK], likeliest first.
 */
export function exitLayer(topIds: ArrayLike<number>, topK: number): number {
  const last = topIds.length / topK - 1;
  const choice = topIds[last * topK];
  let layer = last;
  while (layer > 0 && topIds[(layer - 1) * topK] === choice) layer--;
  return layer;
}

/** What leaving at one threshold would have done. Shares without a token are NaN. */
export interface EarlyExit {
  readonly threshold: number;
  /** Of all tokens, those that leave before the last layer. */
  readonly leaving: number;
  /** Of those that leave, the ones whose choice is the last layer's. */
  readonly right: number;
  /** Of all tokens, those whose choice is the last layer's: the ones that stay have it by definition. */
  readonly same: number;
  /** Layers that a token runs, on average: 1 for one that leaves after the first. */
  readonly meanLayers: number;
}

/**
 * Counts over tokens what an exit would have got right: a token leaves after the first layer whose first choice has at
 * least the probability c, else after the last one. Probabilities are compared as float32.
 */
export class EarlyExits {
  readonly #layers: number;
  readonly #topK: number;
  readonly #thresholds: readonly number[];
  /** [threshold] */
  readonly #logs: Float32Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #run: Float64Array;
  readonly #depths: Float64Array;
  #tokens = 0;

  constructor(layers: number, topK: number, thresholds: readonly number[] = EXIT_THRESHOLDS) {
    this.#layers = layers;
    this.#topK = topK;
    this.#thresholds = thresholds;
    this.#logs = Float32Array.from(thresholds, Math.log);
    this.#left = new Float64Array(thresholds.length);
    this.#right = new Float64Array(thresholds.length);
    this.#run = new Float64Array(thresholds.length);
    this.#depths = new Float64Array(layers);
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** [layer]; how many tokens have it as their `exitLayer`. */
  get depths(): Float64Array {
    return this.#depths.slice();
  }

  add({ topIds, topLogprobs }: LensRow): void {
    const last = this.#layers - 1;
    const choice = topIds[last * this.#topK];
    this.#tokens++;
    this.#depths[exitLayer(topIds, this.#topK)]!++;
    for (let i = 0; i < this.#logs.length; i++) {
      let layer = 0;
      while (layer < last && !(Math.fround(topLogprobs[layer * this.#topK]!) >= this.#logs[i]!))
        layer++;
      this.#run[i]! += layer + 1;
      if (layer === last) continue;
      this.#left[i]!++;
      if (topIds[layer * this.#topK] === choice) this.#right[i]!++;
    }
  }

  /** In the order of the thresholds. */
  result(): EarlyExit[] {
    const all = this.#tokens;
    return this.#thresholds.map((threshold, i) => ({
      threshold,
      leaving: this.#left[i]! / all,
      right: this.#right[i]! / this.#left[i]!,
      same: (all - this.#left[i]! + this.#right[i]!) / all,
      meanLayers: this.#run[i]! / all,
    }));
  }
}
