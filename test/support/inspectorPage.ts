// A page of the inspector that remembers what its tabs ask of it.
import type { InspectorState } from '../../src/protocol/page';
import { firstLook, type Look, type Page } from '../../webview/page';

export const SHARED: InspectorState = {
  lens: 'surprisal',
  heat: null,
  isOn: true,
  engine: 'ready',
  message: '',
  source: 'a',
  model: 'coder',
  second: '',
  secondProblem: '',
  file: 'src/a.ts',
  channels: [],
  cursorTokens: [],
  firstToken: 0,
};

export interface FakePage extends Page {
  /** [what, with what] */
  readonly asked: [string, unknown][];
}

export function fakePage(
  shared: Partial<InspectorState> = {},
  look: Partial<Look> = {},
  states: Page['states'] = {},
): FakePage {
  const asked: [string, unknown][] = [];
  const ask = (what: string) => (params: unknown) => void asked.push([what, params]);
  return {
    asked,
    shared: { ...SHARED, ...shared },
    states,
    look: { ...firstLook, ...look },
    change: (changed, announcement) => void asked.push(['change', [changed, announcement]]),
    run: ask('run'),
    feature: ask('feature'),
    open: ask('open'),
    select: ask('select'),
  };
}
