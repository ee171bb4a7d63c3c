// A loaded encoder of an autoencoder: takes activations and returns the features that are on.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decodeToken, lengthOf } from '../../../core/sae/encode';
import type { Sae } from '../../../core/sae/sae';
import type { FeatureRows } from '../../../core/sae/sparseRows';
import { ENCODER, encoderModel } from '../rewrite/saeEncoder';
import { explainRuntimeError } from './runtimeErrors';
import { smallSessionOptions } from './sessionOptions';

/** Features per token in the first run; another run returns more if a token has that many on. */
const LIMIT = 128;

/** Features that count in place of those by the autoencoder's own rule: all above 0. */
export interface Candidates {
  /** The highest of each token. */
  readonly limit: number;
}

export class EncoderSession {
  /** For activations by threshold, [F]: the autoencoder's own thresholds, and zeros. */
  private readonly thresholds: Record<'own' | 'zero', Tensor> | undefined;

  private constructor(
    readonly sae: Sae,
    readonly session: InferenceSession,
  ) {
    const { activation, features } = sae;
    if (activation.kind !== 'threshold') return;
    const tensor = (values: Float32Array) => new Tensor('float32', values, [features]);
    const own = new Float32Array(features);
    own.set(activation.threshold);
    this.thresholds = { own: tensor(own), zero: tensor(new Float32Array(features)) };
  }

  static async open(sae: Sae): Promise<EncoderSession> {
    try {
      const session = await InferenceSession.create(encoderModel(sae), smallSessionOptions());
      return new EncoderSession(sae, session);
    } catch (error) {
      throw explainRuntimeError(error, `The autoencoder was refused by ONNX Runtime`);
    }
  }

  /** The features of activations `x` [tokens, d]. */
  async encode(x: Float32Array, candidates?: Candidates): Promise<FeatureRows> {
    const { sae } = this;
    const { activation, features, width } = sae;
    const tokens = x.length / width;
    let limit = Math.min(features, candidates?.limit ?? firstLimit(sae));
    for (;;) {
      const found = await this.run(x, tokens, limit, candidates !== undefined);
      const isFull = activation.kind !== 'topK' && candidates === undefined && limit < features;
      // A token with `limit` features on may have more: then run again with a higher limit.
      if (!isFull || !hasFullRow(found.values, tokens, limit))
        return this.toRows(x, tokens, limit, found);
      limit = Math.min(features, 4 * limit);
    }
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private async run(x: Float32Array, tokens: number, limit: number, all: boolean) {
    const { width } = this.sae;
    const feeds: Record<string, Tensor> = {
      [ENCODER.x]: new Tensor('float32', x, [tokens, width]),
      [ENCODER.limit]: new Tensor('int64', BigInt64Array.of(BigInt(limit)), [1]),
    };
    if (this.thresholds) feeds[ENCODER.threshold] = this.thresholds[all ? 'zero' : 'own'];
    const outputs = await this.session.run(feeds);
    return {
      values: outputs[ENCODER.values]!.data as Float32Array,
      indices: outputs[ENCODER.indices]!.data as BigInt64Array,
    };
  }

  private toRows(
    x: Float32Array,
    tokens: number,
    limit: number,
    { values, indices }: { values: Float32Array; indices: BigInt64Array },
  ): FeatureRows {
    const { sae } = this;
    const starts = new Uint32Array(tokens + 1);
    const on: { feature: number; value: number }[] = [];
    const norms = new Float32Array(tokens);
    const errors = new Float32Array(tokens);
    for (let token = 0; token < tokens; token++) {
      const row: { feature: number; value: number }[] = [];
      for (let i = token * limit; i < (token + 1) * limit; i++)
        if (values[i]! > 0) row.push({ feature: Number(indices[i]), value: values[i]! });
      row.sort((a, b) => a.feature - b.feature);
      for (const each of row) on.push(each);
      starts[token + 1] = on.length;
      const own = x.subarray(token * sae.width, (token + 1) * sae.width);
      norms[token] = lengthOf(own);
      errors[token] = errorOf(sae, own, row);
    }
    return {
      starts,
      features: Uint32Array.from(on, ({ feature }) => feature),
      values: Float32Array.from(on, ({ value }) => value),
      norms,
      errors,
      activations: x.slice(),
    };
  }
}

/** |x - x̂|; NaN for a transcoder, whose x̂ is at another hook. */
function errorOf(sae: Sae, x: Float32Array, row: { feature: number; value: number }[]): number {
  const { hook, hookOut } = sae.source;
  if (hook !== hookOut || sae.width !== sae.outWidth) return NaN;
  const decoded = decodeToken(
    sae,
    x,
    row.map(({ feature }) => feature),
    row.map(({ value }) => value),
  );
  const mean = sae.norm === 'centre' ? x.reduce((sum, value) => sum + value, 0) / x.length : 0;
  for (let i = 0; i < decoded.length; i++) decoded[i] = x[i]! - mean - decoded[i]!;
  return lengthOf(decoded);
}

function firstLimit({ activation }: Sae): number {
  return activation.kind === 'topK' ? activation.k : LIMIT;
}

function hasFullRow(values: Float32Array, tokens: number, limit: number): boolean {
  for (let token = 0; token < tokens; token++)
    if (values.subarray(token * limit, (token + 1) * limit).every(value => value > 0)) return true;
  return false;
}
