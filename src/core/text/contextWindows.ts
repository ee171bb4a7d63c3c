// How a text longer than the model's context is scored: in overlapping windows, which depend only on the text and the
// model, never on what is visible.

export interface Window {
  /** Tokens [start, end) are in the window. */
  readonly start: number;
  readonly end: number;
  /** Tokens [ownStart, end) take their scores from this window, because no earlier window reaches them. */
  readonly ownStart: number;
}

/**
 * The windows of a text of `tokens` tokens with a context of `context` tokens. The next window starts at the first
 * token after half a context whose predecessor ends or crosses a line (`endsLine`), or at half a context if a line is
 * longer than that. A token belongs to the first window that reaches it, which gives it the longest left context.
 */
export function windowsOf(
  tokens: number,
  context: number,
  endsLine: (token: number) => boolean,
): Window[] {
  const windows: Window[] = [];
  for (;;) {
    const window = nextWindow(windows.at(-1), tokens, context, endsLine);
    if (!window) return windows;
    windows.push(window);
  }
}

/** The window after `before`, or the first one; undefined after the last. Reads no tokens outside `before`. */
export function nextWindow(
  before: Window | undefined,
  tokens: number,
  context: number,
  endsLine: (token: number) => boolean,
): Window | undefined {
  const ownStart = before?.end ?? 0;
  if (ownStart >= tokens) return undefined;
  let start = 0;
  if (before) {
    const half = before.start + Math.max(1, Math.ceil(context / 2));
    start = half;
    while (start < before.end && !endsLine(start - 1)) start++;
    if (start >= before.end) start = half;
  }
  return { start, end: Math.min(start + context, tokens), ownStart };
}
