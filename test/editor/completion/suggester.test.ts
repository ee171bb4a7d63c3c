// Typing against a model that knows a text by heart: what is suggested always fits what is there, and typing on
// what was suggested asks for nothing.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestDelay } from '../../../src/core/completion/requestDelay';
import { Suggestions, type CursorPlace } from '../../../src/core/completion/suggestions';
import { Suggester, type Ask, type Outcome } from '../../../src/editor/completion/suggester';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const TEXT = 'export function total(values) {\n  return values.length;\n}\n'.repeat(4);
const AHEAD = 12;

// What is asked, waited for and given up depends on time, so that a clock of the test's own goes on here.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets the clock go on until nothing waits for it. */
async function atLast<T>(work: Promise<T>): Promise<T> {
  const ended = Promise.allSettled([work]);
  await vi.runAllTimersAsync();
  await ended;
  return work;
}

class Typist {
  readonly suggester = new Suggester(new Suggestions(), new RequestDelay());
  asked = 0;
  aborted = 0;
  /** Milliseconds for a character. */
  speed = 0.2;

  ask(before: string): Ask {
    return async (signal, onText) => {
      this.asked++;
      const began = performance.now();
      const insert = TEXT.startsWith(before)
        ? TEXT.slice(before.length, before.length + AHEAD)
        : '?';
      for (let i = 1; i <= insert.length; i++) {
        await new Promise(resolve =>
          this.speed > 0 ? setTimeout(resolve, this.speed) : setImmediate(resolve),
        );
        if (signal.aborted) {
          this.aborted++;
          throw new Error('cancelled');
        }
        onText(insert.slice(0, i));
      }
      const middles = [{ text: insert, after: 0, isNoise: false }];
      return { middles, note: 'asked', ms: performance.now() - began };
    };
  }

  suggest(place: CursorPlace, signal = new AbortController().signal, isExplicit = false) {
    const ask = this.ask(place.before);
    return this.suggester.suggest({ place, ask, isExplicit, maxPauseMs: 1 }, signal);
  }
}

const at = (before: string, scene = 's'): CursorPlace => ({ scene, before, closers: '' });

const textsOf = ({ middles }: Outcome) => middles.map(({ text }) => text);

describe('a suggestion', () => {
  test('that is typed through costs no request', async () => {
    const typist = new Typist();
    for (let length = 0; length < AHEAD; length++) {
      const outcome = await atLast(typist.suggest(at(TEXT.slice(0, length))));
      expect(textsOf(outcome)).toEqual([TEXT.slice(length, AHEAD)]);
    }
    expect(typist.asked).toBe(1);
    await atLast(typist.suggest(at(TEXT.slice(0, AHEAD))));
    expect(typist.asked).toBe(2);
  });

  test('under way is waited for while the typing is what it writes, and given up when it is not', async () => {
    const typist = new Typist();
    typist.speed = 5;
    const first = new AbortController();
    const given = typist.suggest(at('exp'), first.signal, true);
    // Four characters are written.
    await vi.advanceTimersByTimeAsync(20);
    first.abort();
    const outcome = await atLast(typist.suggest(at('expo')));
    expect(await given).toMatchObject({ middles: [], note: 'typing continued' });
    expect(textsOf(outcome)).toEqual([TEXT.slice(4, 3 + AHEAD)]);
    expect(outcome.note).toMatch(/requested 1 key earlier/);
    expect(typist.asked).toBe(1);
    const second = typist.suggest(at('export function total('), undefined, true);
    await vi.advanceTimersByTimeAsync(20);
    expect(textsOf(await atLast(typist.suggest(at('export function total(x'))))).toEqual(['?']);
    expect((await second).middles).toEqual([]);
    expect([typist.asked, typist.aborted]).toEqual([3, 1]);
  });

  test('is waited for by those who type ahead of it, as long as they type what it writes', async () => {
    const suggester = new Suggester(new Suggestions(), new RequestDelay());
    const { signal } = new AbortController();
    let asked = 0;
    let write: (insert: string) => void = () => {};
    let finish: (insert: string) => void = () => {};
    let asking = signal;
    const ask: Ask = (stop, onText) => {
      asked++;
      [asking, write] = [stop, onText];
      return new Promise((resolve, reject) => {
        stop.addEventListener('abort', () => reject(new Error('cancelled')));
        finish = text =>
          resolve({ middles: [{ text, after: 0, isNoise: false }], note: 'asked', ms: 1 });
      });
    };
    const suggest = (before: string, isExplicit = false) =>
      suggester.suggest({ place: at(before), ask, isExplicit, maxPauseMs: 0 }, signal);
    const first = suggest('exp', true);
    write('o');
    const ahead = suggest('expor');
    write('or');
    write('ort');
    await vi.runAllTimersAsync();
    expect([asked, asking.aborted]).toEqual([1, false]);
    finish('ort function');
    expect(textsOf(await ahead)).toEqual(['t function']);
    expect(textsOf(await first)).toEqual(['ort function']);
    // What is written turns out to be something else than what was typed ahead.
    const second = suggest('let ', true);
    const third = suggest('let fo');
    const stopped = asking;
    write('f');
    expect(stopped.aborted).toBe(false);
    write('fu');
    expect(stopped.aborted).toBe(true);
    expect((await second).middles).toEqual([]);
    await vi.runAllTimersAsync();
    expect(asked).toBe(3);
    finish('o');
    expect(textsOf(await third)).toEqual(['o']);
  });

  test('is for the latest place alone', async () => {
    const typist = new Typist();
    typist.speed = 3;
    const outcomes = await atLast(
      Promise.all(['a', 'b', 'c'].map(scene => typist.suggest(at('export', scene)))),
    );
    expect(outcomes.map(({ middles }) => middles.length)).toEqual([0, 0, 1]);
  });

  test('that fails fails, and the next is asked for', async () => {
    const typist = new Typist();
    const ask: Ask = () => Promise.reject(new Error('no model'));
    const request = { place: at('x'), ask, isExplicit: true, maxPauseMs: 0 };
    await expect(typist.suggester.suggest(request, new AbortController().signal)).rejects.toThrow(
      'no model',
    );
    expect(typist.suggester.isRunning).toBe(false);
    expect((await atLast(typist.suggest(at('export')))).middles).toHaveLength(1);
  });

  test('that nobody waits for any more is not asked for', async () => {
    const typist = new Typist();
    const given = await atLast(typist.suggest(at('export'), AbortSignal.abort(), true));
    expect(given).toEqual({ middles: [], note: 'typing continued' });
    const pause = new AbortController();
    const paused = typist.suggest(at('export'), pause.signal);
    pause.abort();
    expect((await atLast(paused)).note).toBe('typing continued');
    expect([typist.asked, typist.suggester.isRunning]).toEqual([0, false]);
  });

  test('is under way until it is there, or given up', async () => {
    const typist = new Typist();
    const first = typist.suggest(at('export'), undefined, true);
    expect(typist.suggester.isRunning).toBe(true);
    await atLast(first);
    expect(typist.suggester.isRunning).toBe(false);
    const second = typist.suggest(at('let '), undefined, true);
    typist.suggester.stop();
    expect(typist.suggester.isRunning).toBe(false);
    expect(await atLast(second)).toEqual({ middles: [], note: 'typing continued' });
  });

  test('that is remembered is shown at once, and asked for again where it is nothing and the user asks', async () => {
    const typist = new Typist();
    const place = at('export');
    const first = await atLast(typist.suggest(place));
    expect(first.note).toBe('asked');
    for (const isExplicit of [false, true])
      expect(await typist.suggest(place, undefined, isExplicit)).toEqual({
        middles: first.middles,
        note: 'remembered',
      });
    const nothing: Ask = async () => (typist.asked++, { middles: [], note: 'asked', ms: 1 });
    const request = { place: at('x'), ask: nothing, maxPauseMs: 0 };
    const { signal } = new AbortController();
    const suggest = (isExplicit: boolean) =>
      atLast(typist.suggester.suggest({ ...request, isExplicit }, signal));
    await suggest(true);
    expect(await suggest(false)).toEqual({ middles: [], note: 'remembered: nothing' });
    expect(typist.asked).toBe(2);
    expect((await suggest(true)).note).toBe('asked');
    expect(typist.asked).toBe(3);
  });

  test('is prepared ahead where nothing else runs', async () => {
    const typist = new Typist();
    typist.suggester.prepare(at('export'), typist.ask('export'));
    typist.suggester.prepare(at('expo'), typist.ask('expo'));
    const outcome = await atLast(typist.suggest(at('export')));
    expect(outcome.note).toMatch(/requested 0 keys earlier/);
    expect(textsOf(outcome)).toEqual([TEXT.slice(6, 6 + AHEAD)]);
    expect(typist.asked).toBe(1);
  });

  test('after 2,000 random keys and moves is never one for another text', async () => {
    const typist = new Typist();
    typist.speed = 0;
    const random = randomOf(seedOr(9));
    const pending: Promise<void>[] = [];
    let text = '';
    let controller = new AbortController();
    let shown = 0;
    for (let key = 0; key < 2000; key++) {
      controller.abort();
      controller = new AbortController();
      const roll = random();
      if (roll < 0.8)
        text = TEXT.startsWith(text) ? TEXT.slice(0, text.length + 1) : text.slice(0, -1);
      else if (roll < 0.9) text = text.slice(0, Math.floor(random() * text.length));
      else text += 'z';
      const before = text;
      const own = controller;
      pending.push(
        typist.suggest(at(before), own.signal, roll > 0.97).then(outcome => {
          const inserts = textsOf(outcome);
          if (own.signal.aborted || inserts.length === 0) return;
          shown++;
          const right = TEXT.startsWith(before) ? TEXT.slice(before.length) : '?';
          for (const insert of inserts) expect(right.startsWith(insert)).toBe(true);
        }),
      );
      if (random() < 0.6) await vi.advanceTimersByTimeAsync(4 * random());
    }
    await atLast(Promise.all(pending));
    expect(shown).toBeGreaterThan(200);
    expect(typist.asked).toBeLessThan(1000);
  });
});
