// A tab of the inspector as the editor sees it: how its state is built, and what changes it.
import type { TextEditor } from 'vscode';
import type { PageLook } from '../../../protocol/page';
import type { Engine } from '../../engine/engineClient';
import type { EngineQueries } from '../../engine/engineQueries';
import type { Autoencoder } from '../../features/autoencoder';
import type { OverlayState } from '../../overlay/overlayState';
import type { ShownTexts } from '../../overlay/textSource';
import type { Rollouts } from '../../traces/rollouts';
import type { TraceDocuments } from '../../traces/traceDocuments';

export interface InspectorServices {
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly state: OverlayState;
  readonly features: Autoencoder;
  readonly traces: TraceDocuments;
  readonly rollouts: Rollouts;
  readonly shown: ShownTexts;
}

/** What a state is built from; the engine is ready by then. */
export interface TabContext extends InspectorServices {
  readonly editor: TextEditor;
  readonly look: PageLook;
}

/** Events that change the state of some tabs: of the cursor, the scrolling, the page, the scores, the rollouts. */
export type Trigger = 'cursor' | 'visibleRanges' | 'look' | 'scores' | 'rollouts';

export interface InspectorTab<State> {
  /** From an event to the request; further events until then cause no further request. */
  readonly delayMs: number;
  /**
   * Whether the delay starts anew with every event, and a running request is cancelled: for states that are
   * costly to compute, wanted only where the cursor rests.
   */
  readonly waitsForRest?: boolean;
  /**
   * The events that refresh the state, some of them only where the last state says so. A change of the text, the
   * editor, the overlay, the engine or the autoencoder refreshes every tab.
   */
  readonly refreshOn: Readonly<
    Partial<Record<Trigger, true | ((last: State, editor: TextEditor) => boolean)>>
  >;
  /** Null where there is nothing to show. The signal aborts when the state is not wanted any more. */
  state(context: TabContext, signal: AbortSignal): Promise<State | null>;
  /** Computes what a state that was sent still misses. Answers whether it missed any: then it is asked for once more. */
  complete?(state: State, context: TabContext, signal: AbortSignal): Promise<boolean>;
}

/** Delay of tabs that follow the cursor. */
export const CURSOR_MS = 60;

/** Delay of tabs that wait until the cursor rests. */
export const REST_MS = 150;
