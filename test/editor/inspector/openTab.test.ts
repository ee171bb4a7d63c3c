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
  let source: string;
  let sources: string[];
  const host = {
    context: () => context,
    source: () => source,
    send: ({ state, source }: TabMessage) => {
      sources.push(source);
      sent.push([state && 'version' in state ? state.version : null, Date.now()]);
    },
    onError: (error: unknown) => void errors.push(error),
  };
  const open = (tab: InspectorTab<CurveState>) => new OpenTab('rollouts', tab, host);

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    [sent, errors, sources, source] = [[], [], [], 'a'];
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

  it('says of a state what it was asked for', async () => {
    const tab = open(counting(100, {}));
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(80);
    source = 'b';
    await vi.advanceTimersByTimeAsync(1000);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sources).toEqual(['a', 'b']);
  });

  it('sends no answer that comes after a later one', async () => {
    const waits = [300, 100, 50];
    const state = async () => {
      const ms = waits.shift()!;
      await new Promise(resolve => setTimeout(resolve, ms));
      return { uri: 'test:', version: ms, view: null, before: [] };
    };
    const tab = open(counting(0, { state }));
    for (let i = 0; i < 2; i++) {
      tab.notify('cursor');
      await vi.advanceTimersByTimeAsync(70);
    }
    await vi.advanceTimersByTimeAsync(1000);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(([version]) => version)).toEqual([100, 50]);
  });

  it('asks anew for the look of the page, and where the condition cannot be judged', async () => {
    const asked: number[] = [];
    const tab = open(
      counting(0, {
        refreshOn: { look: true, visibleRanges: ({ version }) => (asked.push(version), false) },
      }),
    );
    tab.notify('visibleRanges');
    await vi.advanceTimersByTimeAsync(1000);
    tab.notify('look');
    await vi.advanceTimersByTimeAsync(1000);
    tab.notify('visibleRanges');
    context = undefined;
    tab.notify('visibleRanges');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(([version]) => version)).toEqual([1, 2, null]);
    expect(asked).toEqual([2]);
  });

  it('sends a state again once what it misses is computed', async () => {
    const misses = [true, true, false];
    const completed: number[] = [];
    const tab = open(
      counting(0, {
        waitsForRest: true,
        complete: async ({ version }, _, signal) => {
          completed.push(version);
          await new Promise(resolve => setTimeout(resolve, 500));
          if (signal.aborted) throw new Cancelled();
          return misses.shift()!;
        },
      }),
    );
    tab.refresh(0);
    await vi.advanceTimersByTimeAsync(1000);
    // Once, also where something is still missing.
    expect(sent.map(([version]) => version)).toEqual([1, 2]);
    tab.refresh(0);
    await vi.advanceTimersByTimeAsync(100);
    tab.notify('cursor');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(([version]) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(completed).toEqual([1, 3, 4]);
    expect(errors).toEqual([expect.any(Cancelled)]);
    context = undefined;
    tab.refresh(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.at(-1)![0]).toBeNull();
    expect(completed).toHaveLength(3);
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
