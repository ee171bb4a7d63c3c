// How a text longer than the model's context is scored: in overlapping windows that depend on the
// text and the model alone, never on what is visible.

export interface Window {
  /** Tokens [start, end) are in the window. */
  readonly start: number;
  readonly end: number;
  /** Tokens [ownStart, end) take their scores from it: no earlier window reached them. */
  readonly ownStart: number;
}

/**
 * The windows of a text of `tokens` tokens under a context of `context` tokens. The next window starts at
 * the first token after half a context whose predecessor ends or crosses a line (`endsLine`), or at half
 * a context where a line is longer than that. A token belongs to the first window that reaches it, which
 * gives it the most left context.
 */
export function windowsOf(
  tokens: number,
  context: number,
  endsLine: (token: number) => boolean,
): Window[] {
  const windows: Window[] = [];
  let start = 0;
  let ownStart = 0;
  while (ownStart < tokens) {
    const end = Math.min(start + context, tokens);
    windows.push({ start, end, ownStart });
    ownStart = end;
    const half = start + Math.max(1, Math.ceil(context / 2));
    let next = half;
    while (next < end && !endsLine(next - 1)) next++;
    start = next < end ? next : half;
  }
  return windows;
}
