import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Debouncer } from '../../../src/editor/ui/debouncer';

describe('Debouncer', () => {
  const debouncer = new Debouncer();
  const ran: [string, number][] = [];
  const work = (name: string) => () => ran.push([name, Date.now()]);

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    ran.length = 0;
  });
  afterEach(() => {
    debouncer.cancel();
    vi.useRealTimers();
  });

  it('runs once what is asked for many times, not later than first promised', () => {
    debouncer.schedule(60, work('a'));
    vi.advanceTimersByTime(50);
    debouncer.schedule(60, work('b'));
    vi.advanceTimersByTime(1000);
    expect(ran).toEqual([['b', 60]]);
  });

  it('runs sooner where it is asked for sooner', () => {
    debouncer.schedule(300, work('a'));
    vi.advanceTimersByTime(10);
    debouncer.schedule(30, work('b'));
    vi.advanceTimersByTime(1000);
    expect(ran).toEqual([['b', 40]]);
  });

  it('runs again what is asked for after a run, and while it runs', () => {
    debouncer.schedule(10, () => {
      work('a')();
      debouncer.schedule(10, work('b'));
    });
    vi.advanceTimersByTime(1000);
    debouncer.schedule(10, work('c'));
    vi.advanceTimersByTime(1000);
    expect(ran).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 1010],
    ]);
  });

  it('runs nothing after cancel or dispose, and can be used again', () => {
    debouncer.schedule(10, work('a'));
    debouncer.cancel();
    vi.advanceTimersByTime(1000);
    debouncer.schedule(10, work('b'));
    debouncer.dispose();
    vi.advanceTimersByTime(1000);
    expect(ran).toEqual([]);
    debouncer.schedule(10, work('c'));
    vi.advanceTimersByTime(1000);
    expect(ran).toEqual([['c', 2010]]);
  });
});
