// What questions about features are answered from.
import type { Model } from '../models/model';
import type { FeatureWindows } from '../scoring/featureWindows';
import type { LogitEffects } from './logitEffects';
import type { OpenedSae } from './openedSae';

export interface FeatureContext {
  readonly opened: OpenedSae;
  readonly model: Model;
  /** The documents' features, as far as they are known. */
  readonly windows: FeatureWindows;
  readonly effects: LogitEffects;
}
