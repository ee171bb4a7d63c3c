import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { OpenTab } from '../../../src/editor/inspector/openTab';
import type { InspectorTab, TabContext } from '../../../src/editor/inspector/tabs/tab';
import type { CurveState, TabMessage } from '../../../src/protocol/page';

/** A tab whose states are numbered by `version`, each of them known after `ms`. */
function counting(ms: number, tab: Partial<InspectorTab<CurveState>>): InspectorTab<CurveState> {
  let version = 0;
  return {
    delayMs: 60,
    refreshOn: { cursor: true },
    state: async (_, signal) => {
      const state = { uri: 'test:', version: ++version, view: null, before: [] };
      await new Promise(resolve => setTimeout(resolve, ms));
      if (signal.aborted) throw new Cancelled();
      return state;
    },
    ...tab,
  };
}

describe('OpenTab', () => {
  let sent: [version: number | null, ms: number][];
  let errors: unknown[];
  let context: TabContext | undefined;
  const host = {
    context: () => context,
    send: ({ state }: TabMessage) => {
      sent.push([state && 'version' in state ? state.version : null, Date.now()]);
    },
    onError: (error: unknown) => void errors.push(error),
  };
  const open = (tab: InspectorTab<CurveState>) => new OpenTab('rollouts', tab, host);

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    [sent, errors] = [[], []];
    context = { editor: {} } as TabContext;
  });
  afterEach(() => void vi.useRealTimers());

  it('asks once for the events until its delay is over, and again for later ones', async () => {
    const tab = open(counting(100, {}));
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(50);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(50);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([
      [1, 160],
      [2, 260],
    ]);
  });

  it('ignores events that do not change its state', async () => {
    const tab = open(counting(0, { refreshOn: { scores: ({ version }) => version < 2 } }));
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
    for (let i = 0; i < 3; i++) {
      tab.notify('scores');
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(sent.map(([version]) => version)).toEqual([1, 2]);
  });

  it('waits for the cursor to rest, and cancels what was asked for another place', async () => {
    const tab = open(counting(100, { delayMs: 150, waitsForRest: true }));
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(140);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toEqual([]);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([[2, 590]]);
    expect(errors).toEqual([expect.any(Cancelled)]);
  });

  it('sends null where there is nothing to show', async () => {
    context = undefined;
    open(counting(0, {})).refresh(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([[null, 0]]);
  });

  it('sends nothing once it is closed', async () => {
    const tab = open(counting(100, {}));
    tab.refresh(0);
    await vi.advanceTimersByTimeAsync(50);
    tab.notify('cursor');
    tab.dispose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
  });
});
