// The passes that read layers, or run the model several times, each a measure.
import { layerPasses, type LayerPassId } from '../../core/layers/layerPasses';
import type { Model } from '../models/model';
import type { Pass } from '../scoring/pass';
import { layerPass } from './layerPass';
import { lookAheadPass } from './lookAheadPass';
import {
  attention,
  attentionRank,
  coreTokens,
  dilution,
  drift,
  exitDepth,
  redundancy,
  routing,
} from './readMeasures';
import { lexical, robustness } from './severalRuns';
import type { WindowMeasure } from './windowMeasure';
import { wordBits } from './wordBits';

/** `lookAhead` adds up what the tokens pass knows. */
const measures: Readonly<Record<Exclude<LayerPassId, 'lookAhead'>, WindowMeasure>> = {
  exitDepth,
  attention,
  dilution,
  coreTokens,
  attentionRank,
  redundancy,
  drift,
  wordBits,
  lexical,
  robustness,
  routing,
};

export type LayerPasses = Readonly<Record<LayerPassId, Pass>>;

export function layerPassesOf(opened: () => Model): LayerPasses {
  const passOf = (id: LayerPassId) =>
    id === 'lookAhead' ? lookAheadPass(opened) : layerPass(opened, id, measures[id]);
  return Object.fromEntries(layerPasses.map(id => [id, passOf(id)])) as LayerPasses;
}
