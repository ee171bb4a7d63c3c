// What every part of the page draws from and answers to.
import type { FeatureSelection } from '../src/protocol/features';
import {
  tabIds,
  type FeaturesState,
  type HostApi,
  type InspectorState,
  type NextByteState,
  type PageCommand,
  type TabId,
  type VisibleTokens,
} from '../src/protocol/page';

/** What the reader chose of the page itself. It outlives the page. */
export interface Look {
  /** Index of the tab that is open. */
  tab: number;
  /** Id of the column that the table is sorted by. */
  column: string;
  isDescending: boolean;
  /** What might be typed behind the pretoken at the cursor. */
  typed: string;
  /** What counts as on in the table of features. */
  choice: FeatureSelection;
}
export const firstLook: Look = {
  ...{ tab: 0, column: 'position', isDescending: false, typed: '' },
  choice: { kind: 'own' },
};

export function tabOf({ tab }: Look): TabId {
  return tabIds[tab] ?? 'token';
}

export interface Page {
  readonly state: InspectorState;
  readonly list: VisibleTokens | null;
  readonly next: NextByteState | null;
  readonly features: FeaturesState | null;
  readonly look: Look;
  /** `said` is for ears alone. */
  change(look: Partial<Look>, said?: string): void;
  run(command: PageCommand): void;
  feature(params: Parameters<HostApi['feature']>[0]): void;
  open(params: Parameters<HostApi['open']>[0]): void;
  select(params: Parameters<HostApi['select']>[0]): void;
}
