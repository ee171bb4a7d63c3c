// The tabs by their ids, in the order of their headers.
import type { TabId, TabStates } from '../../src/protocol/page';
import { compareTab } from './compare';
import { featuresTab } from './features';
import { layersTab } from './layers';
import { nextByteTab } from './nextByte';
import { rolloutsTab } from './rollouts';
import { splitTab } from './split';
import type { Tab } from './tab';
import { tableTab } from './table';
import { textTab } from './text';
import { tokenTab } from './token';

type Tabs = { readonly [T in TabId]: Tab<TabStates[T]> };

export const tabs: Tabs = {
  token: tokenTab,
  text: textTab,
  table: tableTab,
  split: splitTab,
  compare: compareTab,
  nextByte: nextByteTab,
  layers: layersTab,
  features: featuresTab,
  rollouts: rolloutsTab,
};

export const tabIds = Object.keys(tabs) as TabId[];
