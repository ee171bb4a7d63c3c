// What crosses between the editor and the inspector's page.
import type { HeatScale } from '../core/lenses/scale';
import type { LensId } from '../core/lenses/lenses';
import type { Pin } from '../core/sae/featureValues';
import type { Comparison } from './compare';
import type { FeaturePage, FeaturesAt, FeatureSelection, FeatureTable, SaeInfo } from './features';
import type { LayersView } from './layers';
import type { NextBytesView } from './nextBytes';
import type { TokenView } from './scores';
import type { SplitView } from './split';
import type { RolloutView } from './traces';
import type { Range16, Refusal } from './types';

/**
 * The tabs of the inspector, each with the state that its panel is drawn from. The editor builds a state in
 * `src/editor/inspector/tabs`, the page draws it in `webview/tabs`; both have one record by these ids.
 */
export interface TabStates {
  token: TokenView;
  text: VisibleTokens;
  table: VisibleTokens;
  split: SplitView;
  compare: ComparedText;
  nextByte: NextByteState;
  layers: LayersState;
  features: FeaturesState;
  rollouts: CurveState;
}
export type TabId = keyof TabStates;

/** Notification to the page with an `InspectorState`. */
export const SHOW = 'show';

/** Notification to the page with a `TabMessage`, for the open tab. */
export const TAB = 'tab';
/** `source`: what the state is of, as in `InspectorState`. The state is null where there is nothing to draw it from. */
export type TabMessage = {
  [T in TabId]: { tab: T; source: string; state: TabStates[T] | null };
}[TabId];

/** Notification to the page with the `TabId` of the tab that it is to open. */
export const SELECT_TAB = 'selectTab';

/** What the page may ask the editor. */
export interface HostApi {
  /** The page can draw now: asks for all of its state. */
  ready(params: Record<string, never>): void;
  run(params: { command: PageCommand }): void;
  /** What the reader looks at. The state of a tab is computed only while it is open. */
  look(params: PageLook): void;
  /** Acts on a feature: opens its page (null closes it), pins it to a channel with a threshold, and so on. */
  feature(params: { feature: number | null; act: FeatureAct; threshold?: number }): void;
  /** Opens a text at a place. */
  open(params: Range16 & { uri: string }): void;
  /** Selects a range and reveals it; `goThere` also moves the focus to the editor. Ignored if the text has changed. */
  select(params: Range16 & { uri: string; version: number; goThere: boolean }): void;
}
export const hostMethods = [
  'ready',
  'run',
  'look',
  'feature',
  'open',
  'select',
] as const satisfies readonly (keyof HostApi)[];

export interface PageLook {
  tab: TabId;
  /** A continuation to try after the pretoken at the cursor. */
  typed: string;
  /** Which features count as active in the table of features. */
  choice: FeatureSelection;
}
export type FeatureAct = 'show' | 'pin' | 'unpin' | 'ablate' | 'label' | 'search';

export type PageCommand =
  | 'toggleOverlay'
  | 'turnOverlayOn'
  | 'chooseLens'
  | 'nextPeak'
  | 'previousPeak'
  | 'compareWithTokenizer'
  | 'stopComparing'
  | 'nextDifference'
  | 'previousDifference'
  | 'chooseAutoencoder'
  | 'getAutoencoder'
  | 'getLabels'
  | 'findFeature'
  | 'unpinFeatures'
  | 'exportFeatures'
  | 'openTraces'
  | 'rollOut'
  | 'showLog';

/** What all tabs share. The page keeps no document of its own and can be closed at any moment. */
export interface InspectorState {
  lens: LensId;
  /** Of the lens's heat scale, as it is drawn; null for other kinds. */
  heat: Pick<HeatScale, 'bounds' | 'about'> | null;
  isOn: boolean;
  engine: 'stopped' | 'starting' | 'ready' | 'failed';
  /** Why the engine failed. */
  message: string;
  /** The models and the text that numbers are of. A state of another source is not drawn. */
  source: string;
  model: string;
  /** Name of the second tokenizer, or why it could not be opened; empty where there is none. */
  second: string;
  secondProblem: string;
  file: string;
  /** Names of the pinned features, by channel. */
  channels: string[];
  /** Positions in the document of the tokens at the cursor. */
  cursorTokens: number[];
  /** Of a trace: the position of the first token that a model wrote, from which its tokens are counted. Else 0. */
  firstToken: number;
}

/** The visible tokens with their bytes: a run for each range of lines, for lines may be folded away. */
export interface VisibleTokens {
  uri: string;
  version: number;
  /** `line`, the first one, counts from 1; `second` has the tokens of the second tokenizer, if there is one. */
  runs: { line: number; view: TokenView; second: TokenView | null }[];
  /** Number of visible tokens; of more than a thousand, the runs hold those around the cursor. */
  visible: number;
}

export interface ComparedText {
  uri: string;
  version: number;
  /** VS Code's language id: 'typescript'. */
  language: string;
  comparison: Comparison;
  /** Line, from 1, of each listed difference. */
  lines: number[];
  hasSelection: boolean;
}

/** What may come at the cursor. */
export interface NextByteState {
  file: string;
  /** Both from 1. */
  line: number;
  column: number;
  /** The line's text up to the cursor. */
  before: string;
  found: NextBytesView | Refusal;
}

/** What the layers hold at the token at the cursor. */
export interface LayersState {
  file: string;
  uri: string;
  version: number;
  found: LayersView;
}

export interface FeaturesState {
  /** Null where there is no autoencoder; `problem` says why, if something is wrong with it. */
  sae: SaeInfo | null;
  problem: string;
  file: string;
  /** Of the text that the table belongs to. */
  uri: string;
  version: number;
  densityCutoff: number;
  pins: readonly Pin[];
  at: FeaturesAt | null;
  table: FeatureTable | null;
  page: FeaturePage | null;
}

/** The success curve of a trace. */
export interface CurveState {
  uri: string;
  version: number;
  /** Null where it has not been rolled out with the current settings. */
  view: RolloutView | null;
  /** [point]: the end of the prefix. */
  before: string[];
}
