// The ladder of a window's tokens, by the tuned lens that is chosen or comes with the model, else by the logit lens.
import type { LayerOptions } from '../../core/layers/layerPasses';
import type { LadderRows, TunedLens } from '../../core/layers/readings';
import type { Model } from '../models/model';
import { readTunedLens, readTunedLensBeside, tunedLensBeside } from './tunedLensFolder';

/** Of each model the lens that was last asked for, by its folder. */
const read = new WeakMap<Model, { readonly asked: string; readonly lens: TunedLens | undefined }>();

/** Undefined: the logit lens. Throws `UserError` where the folder cannot be read. */
export function tunedLensOf(
  model: Model,
  { tunedLens: asked }: Pick<LayerOptions, 'tunedLens'>,
): TunedLens | undefined {
  const known = read.get(model);
  if (known?.asked === asked) return known.lens;
  const lens = asked ? readTunedLens(asked) : ownLens(model);
  read.set(model, { asked, lens });
  return lens;
}

/** That of which the status item has the name: a folder that came later is read when the model is opened again. */
function ownLens({ info }: Model): TunedLens | undefined {
  const folder = info.tunedLens === undefined ? undefined : tunedLensBeside(info.folder);
  return folder === undefined ? undefined : readTunedLensBeside(folder);
}

/** Throws as `Model.readLayers` and `tunedLensOf` do, and `UserError` where the lens is of another model. */
export async function readLadder(
  model: Model,
  ids: Uint32Array,
  asked: { readonly topK: number; readonly from?: number },
  options: Pick<LayerOptions, 'tunedLens'>,
  signal: AbortSignal,
): Promise<LadderRows> {
  const lens = tunedLensOf(model, options);
  return model.readLayers(ids, { kind: 'ladder', ...asked, ...(lens && { lens }) }, signal);
}
