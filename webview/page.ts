// What every part of the page draws from and answers to.
import {
  tabIds,
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
}
export const firstLook: Look = { tab: 0, column: 'position', isDescending: false, typed: '' };

export function tabOf({ tab }: Look): TabId {
  return tabIds[tab] ?? 'token';
}

export interface Page {
  readonly state: InspectorState;
  readonly list: VisibleTokens | null;
  readonly next: NextByteState | null;
  readonly look: Look;
  /** `said` is for ears alone. */
  change(look: Partial<Look>, said?: string): void;
  run(command: PageCommand): void;
  select(params: Parameters<HostApi['select']>[0]): void;
}
