// What the editor may ask the engine, and what the engine reports: the sum of the groups of requests.
import { compareMethods, type CompareApi } from './compare';
import {
  CALIBRATING,
  COMPLETING,
  completionMethods,
  type CalibratingEvent,
  type CompletingEvent,
  type CompletionApi,
} from './completion';
import { documentMethods, type DocumentApi } from './documents';
import { featureMethods, type FeatureApi } from './features';
import { modelMethods, type ModelApi } from './models';
import { SCORED, scoreMethods, type ScoreApi, type ScoredEvent } from './scores';
import { ROLLING, traceMethods, type RollingEvent, type TraceApi } from './traces';

export interface EngineApi
  extends ModelApi, DocumentApi, ScoreApi, CompareApi, CompletionApi, TraceApi, FeatureApi {}

export const engineMethods = [
  ...modelMethods,
  ...documentMethods,
  ...scoreMethods,
  ...compareMethods,
  ...completionMethods,
  ...traceMethods,
  ...featureMethods,
];

/** Notifications from the engine, by their names. */
export interface EngineEvents {
  [SCORED]: ScoredEvent;
  [COMPLETING]: CompletingEvent;
  [CALIBRATING]: CalibratingEvent;
  [ROLLING]: RollingEvent;
}
