// What the editor may ask the engine, and what the engine reports: the sum of the groups of requests.
import { compareMethods, type CompareApi } from './compare';
import { completionMethods, type CompletionApi, type CompletionEvents } from './completion';
import { documentMethods, type DocumentApi } from './documents';
import { featureMethods, type FeatureApi } from './features';
import { layerMethods, type LayerApi } from './layers';
import { modelMethods, type ModelApi, type ModelEvents } from './models';
import { scoreMethods, type ScoreApi, type ScoreEvents } from './scores';
import {
  tokenizerReportMethods,
  type TokenizerReportApi,
  type TokenizerReportEvents,
} from './tokenizerReport';
import { toolMethods, type ToolApi } from './tools';
import { traceMethods, type TraceApi, type TraceEvents } from './traces';
import type { WorkEvents } from './work';

export interface EngineApi
  extends
    ModelApi,
    DocumentApi,
    ScoreApi,
    CompareApi,
    CompletionApi,
    TraceApi,
    FeatureApi,
    LayerApi,
    TokenizerReportApi,
    ToolApi {}

export const engineMethods = [
  ...modelMethods,
  ...documentMethods,
  ...scoreMethods,
  ...compareMethods,
  ...completionMethods,
  ...traceMethods,
  ...featureMethods,
  ...layerMethods,
  ...tokenizerReportMethods,
  ...toolMethods,
];

/** Notifications from the engine, by their names. */
export interface EngineEvents
  extends
    ModelEvents,
    ScoreEvents,
    CompletionEvents,
    TraceEvents,
    TokenizerReportEvents,
    WorkEvents {}
