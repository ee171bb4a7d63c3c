// What every part of the page draws from and answers to.
import type { FeatureSelection } from '../src/protocol/features';
import type { HostApi, InspectorState, PageCommand, TabId, TabStates } from '../src/protocol/page';

/** The reader's choices in the page itself. They outlive the page. */
export interface Look {
  /** The open tab. */
  tab: TabId;
  /** Id of the column that the table is sorted by. */
  column: string;
  isDescending: boolean;
  /** A continuation to try after the pretoken at the cursor. */
  typed: string;
  /** Which features count as active in the table of features. */
  choice: FeatureSelection;
}
export const firstLook: Look = {
  tab: 'token',
  column: 'index',
  isDescending: false,
  typed: '',
  choice: { kind: 'own' },
};

/** The last state of each tab that has been open, with what it is of; null where there was nothing to show. */
export type KnownStates = {
  readonly [T in TabId]?: { readonly source: string; readonly state: TabStates[T] | null };
};

/** What is left of the states when something has changed: that of the open tab, whose next one is on its way. */
export function statesAfterChange(states: KnownStates, tab: TabId): KnownStates {
  return { [tab]: states[tab] };
}

export interface Page {
  /** What all tabs share. */
  readonly shared: InspectorState;
  readonly states: KnownStates;
  readonly look: Look;
  /** `announcement` is for screen readers alone. */
  change(look: Partial<Look>, announcement?: string): void;
  run(command: PageCommand): void;
  feature(params: Parameters<HostApi['feature']>[0]): void;
  open(params: Parameters<HostApi['open']>[0]): void;
  select(params: Parameters<HostApi['select']>[0]): void;
}
