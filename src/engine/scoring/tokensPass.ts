// The pass that every model has: the scores of a document's tokens, window by window.
import { Cancelled } from '../../core/errors';
import { emptyScores, sliceScores, type Scores } from '../../core/lenses/scores';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { checkSpelled } from './checkSpelled';
import { visibleSpans, type Pass, type PassRun, type RowSpan } from './pass';
import type { ScoredWindow, WindowRule } from './scoredWindows';
import { visibleFirst } from './visibleFirst';
import { WindowCache } from './windowCache';

export function tokensPass(model: () => Model): Pass {
  return {
    id: 'tokens',
    // A folder without weights is refused by the request: a document is never scored by it.
    available: document => asRefusal(async () => checkSpelled(model(), document)),
    total: document => document.streamBy(model().tokenizer).size.tokens,
    // A server may refuse, or fail, at any time.
    run: (document, run) =>
      asRefusal(async () => ({ scored: await scoreTokens(model(), document, run) })),
    columns: (document, { first, end }) =>
      model().info.scores ? document.scoresOf(first, end) : undefined,
  };
}

/** What windows with the same tokens were scored as before, by model. */
const caches = new WeakMap<Model, WindowCache<Scores>>();

/** Scores a document's windows. Answers how many rows are known. Throws `InexactError` where it cannot be spelled. */
export async function scoreTokens(
  model: Model,
  document: Document,
  run: Omit<PassRun, 'whole'>,
  topK?: number,
): Promise<number> {
  checkSpelled(model, document);
  const windows = document.windowsBy(model.tokenizer, ruleOf(model), topK);
  const signal = AbortSignal.any([run.signal, document.current]);
  await visibleFirst({
    units: () => windows.all(),
    spanOf: ({ window: { ownStart, end } }) => ({ first: ownStart, end }),
    visible: visibleSpans(document.streamBy(model.tokenizer), run.visible),
    isEnough: () => windows.scored >= run.maxTokens,
    onVisible: run.onVisible,
    parts: partsOf(model),
    run: (window, part) =>
      scoreWindow(model, window, part, signal, () => run.onScored(windows.scored), cacheOf(model)),
  });
  if (signal.aborted) throw new Cancelled();
  return windows.scored;
}

/** A server that scores no parts would be sent the text up to what is visible, and then all of it again. */
function partsOf({ scoresParts, scoresElsewhere }: Model): 'visible' | 'upToVisible' | undefined {
  if (scoresParts) return 'visible';
  return scoresElsewhere ? undefined : 'upToVisible';
}

/** How a model's windows are made. */
export function ruleOf(model: Model): WindowRule {
  return { context: model.info.contextTokens, endsLine: id => model.endsLine(id) };
}

/**
 * Rows of a part of the window's own tokens, or more: those that `cache` remembers, then those that the model computes.
 * Without it nothing is kept for another time, in the model's thread neither.
 */
export function scoreWindow(
  model: Model,
  window: ScoredWindow,
  part: RowSpan,
  signal: AbortSignal,
  onRows: () => void,
  cache?: WindowCache<Scores>,
): Promise<void> {
  return model.request(async backend => {
    const { ids } = window;
    const { start: first, end, ownStart } = window.window;
    if (window.count === end - ownStart) return;
    const own = ownStart - first;
    const until = part.end - first;
    // Without a start token nothing comes before the window's first token: its scores stay unknown.
    const { start } = model;
    const firstRow = start ? own : Math.max(own, 1);
    if (firstRow > own) window.take(emptyScores(1, window.scores.topK), 0, 1, ownStart);

    // An earlier pass that was cancelled left rows, and so did one before an edit; and windows that began with the
    // same tokens.
    let from = Math.max(firstRow, part.first - first);
    while (from < until && window.knows(first + from)) from++;
    const known = cache?.find(ids, from);
    if (known) {
      const { window: same, until: end } = known;
      window.take(same.rows, from - same.firstRow, end - same.firstRow, first + from);
      from = end;
      onRows();
    }
    const shift = start ? 0 : 1;
    const inputs = start ? shiftedInputs(start.id, ids) : ids.slice(0, -1);
    const targets = ids.slice(shift);
    while (from < until) {
      // A part that was visible may be known in between.
      let end = from + 1;
      while (end < until && !window.knows(first + end)) end++;
      await backend.score(
        {
          inputs,
          targets,
          from: from - shift,
          until: end - shift,
          topK: window.scores.topK,
          isOnce: cache === undefined,
        },
        signal,
        (scores, firstRow) => {
          // Rows of a chunk that was under way when the pass was cancelled stand all the same, and are cached below.
          window.take(scores, 0, scores.logprobs.length, first + firstRow + shift);
          if (!signal.aborted) onRows();
        },
      );
      from = end;
      while (from < until && window.knows(first + from)) from++;
    }
    if (!cache || window.count < end - ownStart) return;
    const rows = sliceScores(window.scores, firstRow - own, ids.length - own);
    cache.add({ ids, firstRow, rows });
  }, signal);
}

function cacheOf(model: Model): WindowCache<Scores> {
  const known = caches.get(model);
  if (known) return known;
  const cache = new WindowCache<Scores>(({ logprobs }) => logprobs.length);
  caches.set(model, cache);
  return cache;
}

/** `first`, then all of `ids` but the last. */
export function shiftedInputs(first: number, ids: Uint32Array): Uint32Array {
  const shifted = new Uint32Array(ids.length);
  shifted[0] = first;
  shifted.set(ids.subarray(0, -1), 1);
  return shifted;
}
