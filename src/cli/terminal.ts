// The one place that writes to the terminal, besides the progress line. What files, names and models hold cannot steer it:
// all that is hidden is spelled, and colours are those of the command line itself.
import { once } from 'node:events';
import { Cancelled } from '../core/errors';
import { showHidden, showHiddenInLines } from '../core/showHidden';
import { hideProgress } from './progressLine';

/** A text in the style of a control sequence: '2', or '38;5;16;48;5;194'. */
export interface StyledText {
  readonly text: string;
  readonly style: string;
}

/** A part of what is printed, with its own line ends. */
export type Piece = string | StyledText;

const reader = new AbortController();

/** Aborted when who read standard output has gone (`| head`): then there is nothing more to do, and that is no error. */
export const readerGone = reader.signal;

/** `onError`: another error of standard output. */
export function watchReader(onError: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') reader.abort();
    else onError(error);
  });
}

/** Writes at the reader's pace. Throws `Cancelled` when the reader has gone. */
export async function writePieces(
  pieces: Iterable<Piece>,
  format: (piece: Piece) => string,
): Promise<void> {
  for (const piece of pieces) {
    if (readerGone.aborted) throw new Cancelled();
    if (process.stdout.isTTY) hideProgress();
    if (process.stdout.write(format(piece))) continue;
    await once(process.stdout, 'drain', { signal: readerGone }).catch(() => {
      throw new Cancelled();
    });
  }
}

/** A line on standard error. */
export function writeError(text: string): void {
  process.stderr.write(`${showHiddenInLines(text)}\n`);
}

/** For people. */
export function terminalText(piece: Piece): string {
  if (typeof piece === 'string') return showHiddenInLines(piece);
  const { text, style } = piece;
  // A colour that runs over a line's end would paint the rest of the terminal's line.
  return style
    ? showHiddenInLines(text).replace(/[^\n]+/g, line => `\x1b[${style}m${line}\x1b[0m`)
    : showHiddenInLines(text);
}

/** Lines of JSON: the same values, since what is hidden is within their strings. */
export function terminalJson(piece: Piece): string {
  const text = typeof piece === 'string' ? piece : piece.text;
  return text.replace(/[^\n]+/g, line => showHidden(line, escaped));
}

export function usesColour(): boolean {
  return process.env.NO_COLOR === undefined && process.stdout.isTTY;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
}
