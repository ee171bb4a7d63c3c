// What questions about features are answered from.
import type { Model } from '../models/model';
import type { FeaturePass } from '../scoring/featurePass';
import type { LogitEffects } from './logitEffects';
import type { OpenedSae } from './openedSae';

export interface FeatureContext {
  readonly opened: OpenedSae;
  readonly model: Model;
  /** The documents' features, as far as they are known. */
  readonly pass: FeaturePass;
  readonly effects: LogitEffects;
}
