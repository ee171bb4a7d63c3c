// The scale of a lens that follows the model: what the lens says of the tokens of sample texts.
import { followsModel, measuredBounds, type MeasuredBounds } from '../../core/lenses/density';
import { lenses, type LensId } from '../../core/lenses/lenses';
import { Document } from '../documents/document';
import type { Model } from '../models/model';
import type { ColumnOptions } from './pass';
import type { Passes } from './passes';
import type { UnderWay } from './underWay';
import { valuesIn } from './view';

interface ScaleRequest extends Pick<ColumnOptions, 'features'> {
  readonly lens: LensId;
  readonly texts: readonly string[];
  /** Each text waits until what is computed for the screen is done. */
  readonly screen: UnderWay;
}

/** Null where the lens cannot be measured by this model. Throws `Cancelled` when aborted. */
export async function measureScale(
  model: Model,
  passes: Passes,
  { lens: id, texts, features, screen }: ScaleRequest,
  signal: AbortSignal,
): Promise<MeasuredBounds | null> {
  const lens = lenses[id];
  // A server may count, and charge for, what it is asked.
  if (!followsModel(lens) || !model.info.scores || model.scoresElsewhere) return null;
  const values: number[] = [];
  for (const text of texts) {
    await screen.ended();
    const document = new Document('', 1, text);
    for (const needed of lens.needs) {
      const pass = passes[needed];
      const run = {
        visible: [],
        maxTokens: Infinity,
        whole: false,
        signal,
        onScored() {},
      };
      const found = (await pass.available(document)) ?? (await pass.run(document, run));
      if ('refused' in found) return null;
    }
    const valueAt = valuesIn(document, model, passes, lens, { features });
    const { tokens } = document.streamBy(model.tokenizer).size;
    for (let token = 0; token < tokens; token++) values.push(valueAt(token));
  }
  return measuredBounds(lens.scale, values) ?? null;
}
