// Which experts of a mixture took the tokens, and the load-balancing loss of micro-batches beside that of all of them:
// Demons in the Detail (Qiu et al. 2025, arXiv:2501.11873), who balance over the global batch, so that a domain may keep experts
// of its own.

/**
 * Writes the `topK` experts of the highest values of row[at, at + experts) to `into`, highest first; of equal ones the lower
 * index.
 */
export function chosenExperts(
  row: ArrayLike<number>,
  at: number,
  experts: number,
  into: Uint32Array,
): void {
  let count = 0;
  for (let expert = 0; expert < experts; expert++) {
    const value = row[at + expert]!;
    let place = count;
    while (place > 0 && row[at + into[place - 1]!]! < value) place--;
    if (place >= into.length) continue;
    into.copyWithin(place + 1, place, Math.min(count, into.length - 1));
    into[place] = expert;
    count = Math.min(count + 1, into.length);
  }
}

/**
 * Sums over tokens of a router's choices. Of each layer and expert i: f_i, the share of all selections that took it, and
 * p_i, the mean of its probability; both sum to 1 over the N experts. The balance loss is N Σ f_i p_i: 1 where either is
 * uniform, up to N / topK where a few experts take all.
 * (transformers' load_balancing_loss_func gives topK times that, since its shares are of tokens.)
 */
export class ExpertLoad {
  readonly layers: number;
  readonly experts: number;
  readonly topK: number;
  #tokens = 0;
  #batches = 0;
  /** [layers, experts]: how often it was chosen; the sum of its probabilities. */
  readonly #selections: Float64Array;
  readonly #probabilities: Float64Array;
  /** [layer]: the sum of the losses of the batches. */
  readonly #losses: Float64Array;

  constructor(layers: number, experts: number, topK: number) {
    this.layers = layers;
    this.experts = experts;
    this.topK = topK;
    this.#selections = new Float64Array(layers * experts);
    this.#probabilities = new Float64Array(layers * experts);
    this.#losses = new Float64Array(layers);
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** How many were added that had a token. */
  get batches(): number {
    return this.#batches;
  }

  /**
   * A micro-batch: for each layer what its router says, flat [tokens, experts]. Logits become probabilities by a softmax over
   * all experts.
   */
  add(routers: readonly Float32Array[], values: 'logits' | 'probabilities' = 'logits'): void {
    const { experts, topK } = this;
    const tokens = routers[0]!.length / experts;
    if (tokens === 0) return;
    this.#tokens += tokens;
    this.#batches++;
    const chosen = new Uint32Array(topK);
    for (let layer = 0; layer < this.layers; layer++) {
      const rows = routers[layer]!;
      const selections = new Float64Array(experts);
      const probabilities = new Float64Array(experts);
      for (let at = 0; at < rows.length; at += experts) {
        chosenExperts(rows, at, experts, chosen);
        for (const expert of chosen) selections[expert]!++;
        if (values === 'logits') addSoftmax(rows, at, rows[at + chosen[0]!]!, probabilities);
        else for (let i = 0; i < experts; i++) probabilities[i]! += rows[at + i]!;
      }
      this.#losses[layer]! += lossOf(selections, probabilities, tokens, topK);
      for (let i = 0; i < experts; i++) {
        this.#selections[layer * experts + i]! += selections[i]!;
        this.#probabilities[layer * experts + i]! += probabilities[i]!;
      }
    }
  }

  /** Adds another load of the same shape, its batches among them. */
  include(other: ExpertLoad): void {
    this.#tokens += other.#tokens;
    this.#batches += other.#batches;
    addTo(this.#selections, other.#selections);
    addTo(this.#probabilities, other.#probabilities);
    addTo(this.#losses, other.#losses);
  }

  /** f: [expert]; NaN without a token. */
  shares(layer: number): Float64Array {
    return this.#layerOf(this.#selections, layer).map(sum => sum / (this.#tokens * this.topK));
  }

  /** p: [expert]; NaN without a token. */
  probabilities(layer: number): Float64Array {
    return this.#layerOf(this.#probabilities, layer).map(sum => sum / this.#tokens);
  }

  /** [layer]: the loss of all tokens as one global batch. */
  balanceLoss(): Float64Array {
    return Float64Array.from({ length: this.layers }, (_, layer) =>
      lossOf(
        this.#layerOf(this.#selections, layer),
        this.#layerOf(this.#probabilities, layer),
        this.#tokens,
        this.topK,
      ),
    );
  }

  /** [layer]: the mean of the losses of the micro-batches, each of which counts the same. */
  microBalanceLoss(): Float64Array {
    return this.#losses.map(sum => sum / this.#batches);
  }

  #layerOf(values: Float64Array, layer: number): Float64Array {
    return values.slice(layer * this.experts, (layer + 1) * this.experts);
  }
}

function lossOf(
  selections: Float64Array,
  probabilities: Float64Array,
  tokens: number,
  topK: number,
): number {
  let sum = 0;
  for (let i = 0; i < selections.length; i++) sum += selections[i]! * probabilities[i]!;
  return (selections.length * sum) / (tokens * topK * tokens);
}

function addSoftmax(rows: Float32Array, at: number, largest: number, into: Float64Array): void {
  let total = 0;
  for (let i = 0; i < into.length; i++) total += Math.exp(rows[at + i]! - largest);
  for (let i = 0; i < into.length; i++) into[i]! += Math.exp(rows[at + i]! - largest) / total;
}

function addTo(into: Float64Array, values: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += values[i]!;
}
