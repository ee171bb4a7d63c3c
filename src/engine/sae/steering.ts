// The effect of a feature: runs the model again with the feature ablated or steered and all else equal. Only the
// feature's own part of the activation is changed, so what the autoencoder does not explain stays.
import { normalize } from '../../core/sae/encode';
import { maskedIn } from '../../core/sae/masking';
import { rowCount, valueAt } from '../../core/sae/sparseRows';
import type { Scores } from '../../core/lenses/scores';
import { UserError } from '../../core/errors';
import type { EffectChange } from '../../protocol/features';
import type { Model } from '../models/model';
import type { OpenedSae } from './openedSae';

export interface Steered {
  /** Row t scores the token after token t of the window, without the change and with it. */
  readonly before: Scores;
  readonly after: Scores;
  /** [token], the feature's value without the change and with it. */
  readonly values: Float32Array;
  readonly changed: Float32Array;
}

interface Watched {
  readonly signal: AbortSignal;
  /** In tokens of the runs over the window. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Changes a feature at the tokens of a window for which `at` returns true. Throws `UserError` for transcoders,
 * `Cancelled` when aborted.
 */
export async function steer(
  { sae }: OpenedSae,
  model: Model,
  ids: Uint32Array,
  { feature, change }: { feature: number; change: EffectChange },
  at: (token: number) => boolean,
  topK: number,
  { signal, onProgress = () => {} }: Watched,
): Promise<Steered> {
  const { source, width, outWidth, decoder } = sae;
  if (source.hook !== source.hookOut || width !== outWidth)
    throw new UserError('Effects can be measured only for autoencoders, not for transcoders.');
  // Three runs over the window.
  let done = 0;
  const onRows = (count: number) => onProgress((done += count), 3 * ids.length);
  onRows(0);
  const rows = await model.encode(ids, 0, signal, encoded => onRows(rowCount(encoded)));
  const masked = maskedIn(sae, model.startTokens);
  const values = new Float32Array(ids.length);
  const changed = new Float32Array(ids.length);
  const steer = new Float32Array(ids.length * width);
  const direction = decoder.subarray(feature * width, (feature + 1) * width);
  for (let token = 0; token < ids.length; token++) {
    values[token] = valueAt(rows, token, feature);
    changed[token] = values[token]!;
    if (token < masked || !at(token)) continue;
    changed[token] = change.kind === 'ablate' ? 0 : values[token]! + change.by;
    const by = changed[token]! - values[token]!;
    if (by === 0) continue;
    const x = rows.activations.subarray(token * width, (token + 1) * width);
    const { scale } = normalize(sae, x).undo;
    for (let i = 0; i < width; i++) steer[token * width + i] = by * scale * direction[i]!;
  }
  const nothing = new Float32Array(steer.length);
  const before = await model.scoreSteered(ids, nothing, topK, signal, onRows);
  const after = await model.scoreSteered(ids, steer, topK, signal, onRows);
  return { before, after, values, changed };
}
