// An edit in the middle of a long document: how long until what is on the screen is known again, beside a window that is
// scored from nothing.
import { join } from 'node:path';
import type { PassId } from '../../src/core/lenses/lens';
import { Document } from '../../src/engine/documents/document';
import { Model } from '../../src/engine/models/model';
import { readModel } from '../../src/engine/models/readModel';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { engineServer } from '../../src/engine/server';
import type { Range16 } from '../../src/protocol/types';
import { bundleEngine } from '../support/engineBundle';
import { sources } from './sources';

const FOLDER = join(import.meta.dirname, '../../models/coder');
const URI = 'file:///edited.ts';
const TOKENS = 2000;
/** Of the built-in model. */
const WINDOW_TOKENS = 1024;
const SCREEN_LINES = 60;
const ROUNDS = 5;
const FEATURES = { pins: [], densityCutoff: 1 };
const signal = () => new AbortController().signal;

interface Times {
  readonly wall: number;
  /** Of all threads. */
  readonly processor: number;
}

export default { name: 'An edit in the middle of 2,000 tokens', run };

async function run() {
  let onScored = () => {};
  const runtime = join(await bundleEngine(), 'runtime.js');
  const engine = engineServer(
    Model.opener(() => new RuntimeClient(runtime)),
    name => name === 'scored' && onScored(),
  );
  await engine.openModel({ folder: FOLDER, contextLimit: 2048 }, signal());
  await engine.openSae({ path: '' }, signal());
  let version = 0;
  let text = '';

  /** Scores what is open; answers when `range` is known, and when all is. */
  const score = async (passes: readonly PassId[], range: Range16) => {
    const began = process.cpuUsage();
    const start = performance.now();
    const now = (): Times => {
      const { user, system } = process.cpuUsage(began);
      return { wall: performance.now() - start, processor: (user + system) / 1000 };
    };
    let seen: Times | undefined;
    const look = async () => {
      if (seen) return;
      const view = await engine.view(
        { uri: URI, version, range, maxTokens: 1e6, passes, features: FEATURES },
        signal(),
      );
      if (view.pending === 0) seen ??= now();
    };
    onScored = () => void look();
    await engine.score({ uri: URI, version, passes, visible: [range], maxTokens: 1e6 }, signal());
    await look();
    return { seen: seen!, all: now() };
  };
  const open = async (next: string) => {
    text = next;
    await engine.setDocument({ uri: URI, version: ++version, text }, signal());
  };

  const stream = new Document('text', 0, sources(400_000)).streamBy(readModel(FOLDER).tokenizer);
  const slice = (from: number, tokens: number) => {
    const { utf16Starts } = stream.tokens(from, from + tokens + 1);
    return stream.text.slice(utf16Starts[0], utf16Starts[tokens]);
  };
  const rows = [];
  for (const passes of [['tokens'], ['features', 'tokens']] as const) {
    const window: Times[] = [];
    const after: Record<string, Times[]> = {};
    for (let round = 0; round <= ROUNDS; round++) {
      // Another text each time, lest it be remembered; a line end lest one begins in the middle of a token.
      const from = (round + ROUNDS * passes.length * 2) * (TOKENS + WINDOW_TOKENS);
      await open(slice(from, WINDOW_TOKENS));
      const one = await score(['tokens'], { utf16Start: 0, utf16End: text.length });
      await open(slice(from + WINDOW_TOKENS, TOKENS));
      await score(passes, { utf16Start: 0, utf16End: 0 });
      if (round > 0) window.push(one.all);
      for (const share of [0.4, 0.5, 0.6]) {
        const at = Math.round(share * text.length);
        const edits = [{ utf16Start: at, utf16End: at, text: 'x' }];
        await engine.editDocument({ uri: URI, version: ++version, edits }, signal());
        text = `${text.slice(0, at)}x${text.slice(at)}`;
        const { seen, all } = await score(passes, screenAround(text, at));
        if (round === 0) continue;
        (after[`${share * 100} %, on the screen`] ??= []).push(seen);
        (after[`${share * 100} %, all`] ??= []).push(all);
      }
    }
    for (const [place, times] of Object.entries(after))
      rows.push(rowOf(`${passes.join(' and ')} after an edit at ${place}`, times, window));
  }
  return rows;
}

/** The lines of a screen whose upper third has the edit. */
function screenAround(text: string, at: number): Range16 {
  const starts = [...text.matchAll(/^/gm)].map(({ index }) => index);
  const line = starts.findLastIndex(start => start <= at);
  const first = Math.max(0, line - Math.floor(SCREEN_LINES / 3));
  return { utf16Start: starts[first]!, utf16End: starts[first + SCREEN_LINES] ?? text.length };
}

function rowOf(label: string, times: readonly Times[], window: readonly Times[]) {
  const middle = (all: readonly Times[], of: keyof Times) =>
    all.map(one => one[of]).sort((a, b) => a - b)[all.length >> 1]!;
  const ratio = (of: keyof Times) => middle(times, of) / middle(window, of);
  return {
    label,
    ratio: ratio('processor'),
    rival: 'the processor time of one window',
    ...(label.includes('screen') && { budget: '≤ 1.5' }),
    detail:
      `${ratio('wall').toFixed(2)} x its time; ` +
      `${middle(times, 'wall').toFixed(0)} ms beside ${middle(window, 'wall').toFixed(0)} ms`,
  };
}
