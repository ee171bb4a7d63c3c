// The tabs by their ids, one for each of `TabStates`.
import type { TabId, TabStates } from '../../../protocol/page';
import { compareTab } from './compare';
import { featuresTab } from './features';
import { layersTab } from './layers';
import { nextByteTab } from './nextByte';
import { rolloutsTab } from './rollouts';
import { splitTab } from './split';
import type { InspectorTab } from './tab';
import { tokenTab } from './token';
import { visibleTokensTab } from './visibleTokens';

type InspectorTabs = { readonly [T in TabId]: InspectorTab<TabStates[T]> };

export const tabs: InspectorTabs = {
  token: tokenTab,
  text: visibleTokensTab,
  table: visibleTokensTab,
  split: splitTab,
  compare: compareTab,
  nextByte: nextByteTab,
  layers: layersTab,
  features: featuresTab,
  rollouts: rolloutsTab,
};
