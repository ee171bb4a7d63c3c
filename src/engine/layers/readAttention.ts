// Where the tokens of a window look. Two lenses, their tables and their lines are made of the same rows, which are read
// once for as long as no other window is.
import type { AttentionRows } from '../../core/layers/readings';
import { commonPrefix } from '../../core/text/stream/tokenStream';
import type { Model } from '../models/model';

interface ReadWindow {
  readonly ids: Uint32Array;
  readonly share: number;
  readonly rows: AttentionRows;
}

/** The last one of each model. */
const read = new WeakMap<Model, ReadWindow>();

/** `share`: of the keys that a token sees, the nearest that are local. Throws as `Model.readLayers` does. */
export async function readAttention(
  model: Model,
  ids: Uint32Array,
  share: number,
  signal: AbortSignal,
): Promise<AttentionRows> {
  const known = read.get(model);
  if (
    known?.share === share &&
    known.ids.length === ids.length &&
    commonPrefix(known.ids, ids) === ids.length
  )
    return known.rows;
  const rows = await model.readLayers(ids, { kind: 'attention', share }, signal);
  read.set(model, { ids, share, rows });
  return rows;
}
