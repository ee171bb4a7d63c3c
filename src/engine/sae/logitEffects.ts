// The direct effect of a feature's direction on the next token's logits: through the last norm and the unembedding only,
// not through the layers between. The scale of the norm is left out, so scores are relative: standard deviations over
// the vocabulary.
import { largest } from '../../core/sae/encode';
import type { LogitEffect } from '../../core/sae/featureValues';
import type { Model } from '../models/model';
import type { OpenedSae } from './openedSae';

export const LISTED_EFFECTS = 10;

export interface Effects {
  readonly raises: readonly LogitEffect[];
  readonly lowers: readonly LogitEffect[];
}

const none: Effects = { raises: [], lowers: [] };
/** Hooks whose activations are added to the residual stream. */
const ADDS = /hook_(?:resid_(?:pre|mid|post)|attn_out|mlp_out)$/;

export class LogitEffects {
  private readonly known = new Map<number, Effects>();

  constructor(
    private readonly opened: OpenedSae,
    private readonly model: Model,
  ) {}

  /**
   * In the order of the features; empty lists if the hook is not on the residual stream or the model has no
   * unembedding.
   */
  async effectsOf(features: readonly number[]): Promise<Effects[]> {
    const missing = [...new Set(features)].filter(feature => !this.known.has(feature));
    if (missing.length > 0) await this.compute(missing);
    return features.map(feature => this.known.get(feature) ?? none);
  }

  private async compute(features: readonly number[]): Promise<void> {
    const { decoder, outWidth, source } = this.opened.sae;
    if (!ADDS.test(source.hookOut ?? '')) return;
    const residuals = new Float32Array((features.length + 1) * outWidth);
    // The first row stays 0: its logits, which come from the norm's bias, are subtracted from the others.
    for (const [i, feature] of features.entries())
      residuals.set(
        decoder.subarray(feature * outWidth, (feature + 1) * outWidth),
        (i + 1) * outWidth,
      );
    const logits = await this.model.logitsOfResiduals(residuals, features.length + 1);
    if (!logits) return;
    const width = logits.length / (features.length + 1);
    const base = logits.subarray(0, width);
    const { tokenizer } = this.model;
    for (const [i, feature] of features.entries()) {
      const row = logits
        .slice((i + 1) * width, (i + 1) * width + Math.min(width, tokenizer.vocabSize))
        .map((value, id) => value - base[id]!);
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      const spread = Math.sqrt(row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length) || 1;
      const score = row.map(value => (value - mean) / spread);
      const listed = (sign: 1 | -1) =>
        largest(
          score.map(value => sign * value),
          LISTED_EFFECTS,
        ).map(id => ({ id, bytes: tokenizer.bytesOf(id).slice(), score: score[id]! }));
      this.known.set(feature, { raises: listed(1), lowers: listed(-1) });
    }
  }
}
