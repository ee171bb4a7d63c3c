// How a pass goes over a document that is computed window by window, each as a whole.
import { nextWindow, type Window } from '../../core/text/contextWindows';
import { Cancelled } from '../../core/errors';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { checkSpelled } from './checkSpelled';
import { visibleSpans, type PassRun } from './pass';
import { visibleFirst } from './visibleFirst';

/** The windows of a document of at most `most` tokens, the model's start token counted. */
export function* windowsIn(model: Model, stream: TokenStream, most = Infinity): Generator<Window> {
  const context = Math.max(1, Math.min(model.info.contextTokens, most) - model.startTokens);
  let before: Window | undefined;
  for (;;) {
    const { tokens } = stream.size;
    const window = nextWindow(before, tokens, context, token =>
      model.endsLine(stream.tokens(token, token + 1).ids[0]!),
    );
    if (!window) return;
    yield window;
    before = window;
  }
}

export interface WindowRun extends Omit<PassRun, 'whole'> {
  readonly windows: readonly Window[];
  /** Windows that are remembered: one more would push out what is visible, and no pass would ever be the last. */
  readonly most: number;
  /** Of a visible window the tokens up to the end of what is visible come first. */
  readonly inParts?: boolean;
  /** Tokens before `end`, or more. Reports how many of the window's own tokens are known. */
  readonly compute: (
    window: Window,
    end: number,
    signal: AbortSignal,
    onKnown: (tokens: number) => void,
  ) => Promise<void>;
}

/** The visible windows first. Answers how many tokens are known. Throws `Cancelled` also when the text has changed. */
export async function runWindows(
  model: Model,
  document: Document,
  { windows, visible, maxTokens, most, inParts, compute, ...run }: WindowRun,
): Promise<number> {
  checkSpelled(model, document);
  const stream = document.streamBy(model.tokenizer);
  const signal = AbortSignal.any([run.signal, document.current]);
  let known = 0;
  let done = 0;
  /** Own tokens that are known of windows. */
  const counts = new Map<Window, number>();
  const keep = (window: Window, count: number): void => {
    const before = counts.get(window) ?? 0;
    if (count <= before) return;
    counts.set(window, count);
    if (count === window.end - window.ownStart) done++;
    run.onScored((known += count - before));
  };
  await visibleFirst({
    units: () => windows,
    spanOf: ({ ownStart, end }) => ({ first: ownStart, end }),
    visible: visibleSpans(stream, visible),
    onVisible: run.onVisible,
    parts: inParts ? 'upToVisible' : undefined,
    isEnough: () => known >= maxTokens || done >= most,
    run: async (window, { end }) => {
      if (signal.aborted) throw new Cancelled();
      await compute(window, end, signal, count => keep(window, count));
      keep(window, end - window.ownStart);
    },
  });
  if (signal.aborted) throw new Cancelled();
  return known;
}
