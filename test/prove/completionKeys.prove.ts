// 10,000 random keys and moves against the built-in model in its real process: every suggestion belongs to the
// text that is there, nothing rejects unheard, nothing is left running, and memory stays where it was.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RequestDelay } from '../../src/core/completion/requestDelay';
import { closersOf } from '../../src/core/completion/middle';
import { Suggestions, type CursorPlace } from '../../src/core/completion/suggestions';
import { Suggester, type Ask } from '../../src/editor/completion/suggester';
import { Engine } from '../../src/editor/engine/engineClient';
import type { CompletionOptions } from '../../src/protocol/completion';
import { EDITOR_OPTIONS } from '../support/closers';
import { bundleEngine } from '../support/engineBundle';
import { seedOr } from '../support/seed';
import { pick, randomOf } from '../support/toys';

const KEYS = Number(process.env.TOKENSCOPE_KEYS ?? 10_000);
const WARM = KEYS / 10;
const REST_MS = 20_000;
const URI = 'a';
const root = join(import.meta.dirname, '../..');

const OPTIONS: CompletionOptions = {
  ...EDITOR_OPTIONS,
  contextTokens: 256,
  maxTokens: 12,
  maxTimeMs: 500,
  minProbability: 0.02,
  language: 'typescript',
};

test(`${KEYS} keys`, async () => {
  const streams = new Map<number, (insert: string) => void>();
  const engine = new Engine({
    path: join(await bundleEngine(), 'engine.js'),
    model: () => ({ folder: join(root, 'models/coder'), contextLimit: 2048 }),
    onOutput: line => console.log(line),
  });
  engine.onEvent('completing', ({ stream, insert }) => streams.get(stream)?.(insert));
  let unheard = 0;
  const count = () => unheard++;
  process.on('unhandledRejection', count);

  const source = readFileSync(join(root, 'src/editor/commands.ts'), 'utf8');
  const random = randomOf(seedOr(12));
  let text = source.slice(0, 3000);
  let cursor = 1500;
  let version = 1;
  const running = await engine.call(async running => {
    await running.remote.setDocument({ uri: URI, version, text });
    return running;
  });
  const { remote } = running;
  const edit = (from: number, to: number, typed: string) => {
    text = text.slice(0, from) + typed + text.slice(to);
    cursor = from + typed.length;
    version++;
    const edits = [{ utf16Start: from, utf16End: to, text: typed }];
    void remote.editDocument({ uri: URI, version, edits });
  };
  const known: { scene: string; whole: string }[] = [];
  let [asked, answered, shown, stream] = [0, 0, 0, 0];
  const askAt = ({ scene, before, closers }: CursorPlace): Ask => {
    return async (signal, onText) => {
      asked++;
      const own = ++stream;
      streams.set(own, onText);
      const here = { utf16Start: cursor, utf16End: cursor, text: '' };
      const request = { uri: URI, version, edit: here, options: OPTIONS, stream: own };
      try {
        const view = await remote.complete(request, signal);
        if ('refused' in view) return { middles: [], note: view.refused, ms: 0 };
        answered++;
        const middles = view.items
          .map(({ insert, replaces, closes }) => {
            const kept = closers.slice(replaces);
            return { text: insert + kept, after: closes.length + kept.length, isNoise: false };
          })
          .filter(({ text, after }) => text.length > after);
        for (const { text } of middles) known.push({ scene, whole: before + text });
        return { middles, note: '', ms: view.ms };
      } finally {
        streams.delete(own);
      }
    };
  };
  const suggester = new Suggester(new Suggestions(), new RequestDelay());
  const memory: number[][] = [];
  let controller = new AbortController();
  const pending = new Set<Promise<void>>();
  for (let key = 1; key <= KEYS; key++) {
    controller.abort();
    controller = new AbortController();
    const roll = random();
    if (roll < 0.55) edit(cursor, cursor, source[(cursor * 7 + 11) % source.length]!);
    else if (roll < 0.7)
      edit(cursor, cursor, pick(random, ['return ', 'const ', '(', '.', '\n  ', 'é']));
    else if (roll < 0.9) edit(Math.max(0, cursor - 1), cursor, '');
    else cursor = Math.floor(random() * text.length);
    if (text.length > 6000) edit(2000, 4000, '');
    const [before, after] = [text.slice(0, cursor), text.slice(cursor, cursor + 1000)];
    const closers = closersOf(after);
    const scene = after.slice(closers.length);
    const place = { scene, before, closers };
    const own = controller;
    const wish = { place, ask: askAt(place), isExplicit: false, maxPauseMs: 30 };
    const one: Promise<void> = suggester
      .suggest(wish, own.signal)
      .then(({ middles }) => {
        if (own.signal.aborted) return;
        for (const { text } of middles) {
          shown++;
          expect(known.some(past => past.scene === scene && past.whole === before + text)).toBe(
            true,
          );
        }
      })
      .catch((error: Error) => {
        if (error.name !== 'Cancelled') throw error;
      })
      .finally(() => pending.delete(one));
    pending.add(one);
    const rest = random();
    if (rest < 0.25) await new Promise(resolve => setTimeout(resolve, 60 + 500 * rest));
    if (known.length > 300) known.splice(0, 100);
    if (key === WARM || key === KEYS) {
      await Promise.all(pending);
      // Garbage that waits to be collected is no leak: it is, soon after the last request.
      await new Promise(resolve => setTimeout(resolve, REST_MS));
      memory.push([rssOf(engine.pid!), rssOf(process.pid)]);
    }
  }
  await Promise.all(pending);
  await expect.poll(() => suggester.isRunning, { timeout: 60_000 }).toBe(false);
  expect(unheard).toBe(0);
  const [[warm, ownWarm], [end, ownEnd]] = memory as [[number, number], [number, number]];
  const figures = { asked, answered, shown, warm, end, ratio: end / warm, ownWarm, ownEnd };
  console.log(`${KEYS} keys:`, figures);
  expect(shown).toBeGreaterThan(KEYS / 100);
  expect(end / warm).toBeLessThan(1.05);
  process.off('unhandledRejection', count);
  engine.stop();
});

/** Kilobytes. */
function rssOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}
