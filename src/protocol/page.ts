// What crosses between the editor and the inspector's page, and the connection that carries it.
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc';
import type { LensId } from '../core/lenses/lenses';
import type { Pin } from '../core/sae/featureValues';
import type { FeatureSelection, FeaturePage, FeaturesAt, FeatureTable, SaeInfo } from './features';
import type { RolloutView } from './traces';
import type { Comparison } from './compare';
import type { NextBytesView } from './nextBytes';
import type { Range16, Refusal } from './types';
import type { SplitView } from './split';
import type { TokenView } from './scores';

/** What the page may ask the editor. */
export interface HostApi {
  /** The page can draw now, and is told what. */
  ready(params: Record<string, never>): void;
  run(params: { command: PageCommand }): void;
  /** What the reader looks at; what only one tab shows is found out only while it is open. */
  look(params: PageLook): void;
  /** Does something with a feature: looks at its page (null: closes it), pins it to a channel with a threshold, and so on. */
  feature(params: { feature: number | null; act: FeatureAct; threshold?: number }): void;
  /** Opens a text at a place. */
  open(params: Range16 & { uri: string }): void;
  /** Selects a token and shows it; with `goThere` the keyboard moves to the editor. A text that has changed since is left alone. */
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
  /** What the reader would type behind the pretoken at the cursor. */
  typed: string;
  /** What counts as on in the table of features. */
  choice: FeatureSelection;
}
export type FeatureAct = 'show' | 'pin' | 'unpin' | 'ablate' | 'label' | 'search';
export const tabIds = [
  'token',
  'text',
  'table',
  'split',
  'compare',
  'nextByte',
  'features',
  'rollouts',
] as const;
export type TabId = (typeof tabIds)[number];

export type PageCommand =
  | 'toggleOverlay'
  | 'chooseLens'
  | 'nextPeak'
  | 'previousPeak'
  | 'compareWithTokenizer'
  | 'stopComparing'
  | 'nextDifference'
  | 'previousDifference'
  | 'chooseAutoencoder'
  | 'findFeature'
  | 'unpinFeatures'
  | 'exportFeatures'
  | 'openTraces'
  | 'rollOut'
  | 'showLog';

/** Notifications to the page, with an `InspectorState`, with `VisibleTokens` or null, and with a `NextByteState` or null. */
export const SHOW = 'show';
export const LIST = 'list';
export const NEXT = 'next';
/** With a `FeaturesState` or null. */
export const FEATURES = 'features';

/** What the tab of features shows. */
export interface FeaturesState {
  /** Null where there is no autoencoder; `problem` says why, if something is wrong with it. */
  sae: SaeInfo | null;
  problem: string;
  file: string;
  /** For tokens of the table, which belongs to this text. */
  uri: string;
  version: number;
  densityCutoff: number;
  pins: readonly Pin[];
  at: FeaturesAt | null;
  table: FeatureTable | null;
  page: FeaturePage | null;
}

/** All that the page draws but the list below: it keeps no document of its own and can be closed at any moment. */
export interface InspectorState {
  lens: LensId;
  isOn: boolean;
  engine: 'stopped' | 'starting' | 'ready' | 'failed';
  /** Why the engine failed. */
  message: string;
  model: string;
  file: string;
  /** Names of the pinned features, by channel. */
  channels: string[];
  /** The tokens under the cursor, with details; null where there are none. */
  tokens: TokenView | null;
  /** How they came about; null where there are none, or the tab is not open. */
  split: SplitView | null;
  /** Name of the second tokenizer, or why it could not be opened; empty where there is none. */
  second: string;
  secondProblem: string;
  /** Null where there is no second tokenizer, or the tab is not open. */
  compared: ComparedText | null;
  /** Of the trace in the active editor; null where it shows none, or the tab is not open. */
  curve: CurveState | null;
}

/** The success curve of a trace. */
export interface CurveState {
  uri: string;
  version: number;
  /** Null where it has not been rolled out as the settings are. */
  view: RolloutView | null;
  /** [point]: the end of the text that it goes on from. */
  before: string[];
}

export interface ComparedText {
  uri: string;
  version: number;
  /** As the editor calls it: 'typescript'. */
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

/** The tokens on the screen with their bytes: a run for each stretch of lines, for lines may be folded away. */
export interface VisibleTokens {
  uri: string;
  version: number;
  /** `line`, of the stretch, counts from 1; `second` has those of the second tokenizer, if there is one. */
  runs: { line: number; view: TokenView; second: TokenView | null }[];
  /** Tokens on the screen; of more than a thousand, the runs hold those around the cursor. */
  visible: number;
}

/** Something that posts messages and hears them. */
export interface PagePort {
  post(message: unknown): void;
  listen(receive: (message: unknown) => void): Disposable;
}

export function pageConnection(port: PagePort): MessageConnection {
  return createMessageConnection(new PageReader(port), new PageWriter(port));
}

class PageReader extends AbstractMessageReader {
  constructor(private readonly port: PagePort) {
    super();
  }
  listen(callback: DataCallback): Disposable {
    return this.port.listen(message => callback(message as Message));
  }
}

class PageWriter extends AbstractMessageWriter {
  constructor(private readonly port: PagePort) {
    super();
  }
  async write(message: Message): Promise<void> {
    this.port.post(message);
  }
  end(): void {}
}
