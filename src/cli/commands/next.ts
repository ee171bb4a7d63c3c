// `tokenscope next`: the probability of every next byte.
import { displayToken } from '../../core/displayToken';
import { formatBits, formatHex } from '../../core/format';
import { encodeUtf8 } from '../../core/text/utf8';
import { lowerBounds, type LowerBounds } from '../../engine/scoring/lowerBounds';
import type { Model } from '../../engine/models/model';
import { nextBytes, type Mode, type NextBytes } from '../../engine/scoring/nextBytes';

const LISTED = 12;

export interface NextPlace {
  text: string;
  /** In bytes. */
  at: number;
  mode: Mode | 'e1';
  /** The share of the text's probability below which ways to cut it may be left out; 0: none is. */
  lazy: number;
}

export function isMode(mode: string): mode is NextPlace['mode'] {
  return mode === 'e1' || mode === 'e2' || mode === 'e3';
}

/** The lines to print. */
export async function runNext(
  model: Model,
  { text, at, mode, lazy }: NextPlace,
  json: boolean,
  other?: Model,
): Promise<Iterable<string>> {
  const began = performance.now();
  const bytes = encodeUtf8(text);
  const inBytes = ({ tokenizer }: Model) => ({ bytes, tokens: tokenizer.encode(text) });
  if (mode === 'e1') {
    const bounds = await lowerBounds(model, inBytes(model), at);
    return json ? boundLines(bounds, Math.round(performance.now() - began)) : prettyBounds(bounds);
  }
  const of = (model: Model) => nextBytes(model, inBytes(model), at, mode, undefined, lazy);
  const found = await of(model);
  const second = other && (await of(other));
  const ms = Math.round(performance.now() - began);
  if (second) return json ? twoLines(found, second, mode, ms) : prettyTwo(found, second, mode);
  return json ? nextLines(found, mode, lazy, ms) : prettyNext(found, mode, lazy);
}

function* boundLines({ start, text, joint }: LowerBounds, ms: number): Generator<string> {
  for (const [byte, jointAtLeast] of joint.entries()) {
    const known = jointAtLeast > -Infinity ? jointAtLeast : null;
    yield `${JSON.stringify({ byte: formatHex(Uint8Array.of(byte)), jointAtLeast: known })}\n`;
  }
  yield `${JSON.stringify({ mode: 'e1', contextStart: start, textAtLeast: text, ms })}\n`;
}

function* prettyBounds({ start, text, joint }: LowerBounds): Generator<string> {
  const likeliest = [...joint.keys()].sort((a, b) => joint[b]! - joint[a]!);
  const cell = (nats: number) => `${formatBits(-nats)}`.padStart(12);
  yield `byte    ${'at most'.padStart(12)}\n`;
  for (const byte of likeliest.slice(0, LISTED)) {
    yield `${displayToken(Uint8Array.of(byte)).padEnd(8)}${cell(joint[byte]!)}\n`;
  }
  yield `\ne1: what the text from byte ${start} on and the byte cost together, in all tokenisations of its last pretoken\n`;
  yield `the text alone: at most ${formatBits(-text)}\n`;
}

/** Two models in equal parts, whatever their tokens: bytes are what both have. */
function mixtureOf(a: NextBytes, b: NextBytes): Float64Array {
  return a.exact.map((p, byte) => (p + b.exact[byte]!) / 2);
}

function* twoLines(a: NextBytes, b: NextBytes, mode: Mode, ms: number): Generator<string> {
  const mixture = mixtureOf(a, b);
  for (let byte = 0; byte < 256; byte++) {
    const hex = byte.toString(16).padStart(2, '0');
    const [exact, second] = [a.exact[byte], b.exact[byte]];
    yield `${JSON.stringify({ byte: hex, exact, second, mixture: mixture[byte] })}\n`;
  }
  const rest = ({ end, leak, untested, nodes, heads, contextTokens }: NextBytes) => ({
    ...{ end, leak, untested, nodes, heads, contextTokens },
  });
  yield `${JSON.stringify({ mode, ...rest(a), second: rest(b), mixtureEnd: (a.end + b.end) / 2, ms })}\n`;
}

function* prettyTwo(a: NextBytes, b: NextBytes, mode: Mode): Generator<string> {
  const mixture = mixtureOf(a, b);
  const row = (name: string, ...all: number[]) =>
    `${name.padEnd(8)}${all.map(p => `${(100 * p).toFixed(3)} %`.padStart(11)).join('')}\n`;
  yield `byte    ${['first', 'second', 'mixture'].map(title => title.padStart(11)).join('')}\n`;
  const likeliest = [...mixture.keys()].sort((x, y) => mixture[y]! - mixture[x]!);
  for (const byte of likeliest.slice(0, LISTED)) {
    yield row(displayToken(Uint8Array.of(byte)), a.exact[byte]!, b.exact[byte]!, mixture[byte]!);
  }
  yield row('end', a.end, b.end, (a.end + b.end) / 2);
  yield row('leak', a.leak, b.leak, (a.leak + b.leak) / 2);
  yield `\n${mode}: both exact, mixed in equal parts\n`;
}

/** One JSON object for each byte, then one for the rest. */
function* nextLines(next: NextBytes, mode: Mode, lazy: number, ms: number): Generator<string> {
  for (let byte = 0; byte < 256; byte++) {
    const line = {
      byte: byte.toString(16).padStart(2, '0'),
      [nameOf(lazy)]: next.exact[byte],
      naive: next.naive?.[byte] ?? null,
      healed: next.healed?.[byte] ?? null,
    };
    yield `${JSON.stringify(line)}\n`;
  }
  const { end, leak, untested, nodes, heads, contextTokens } = next;
  const rest = { end, leak, untested, nodes, heads, contextTokens, ms };
  yield `${JSON.stringify({ mode, ...(lazy > 0 && { lazy }), ...rest })}\n`;
}

/** What is left out might have been a byte's. */
const nameOf = (lazy: number) => (lazy > 0 ? 'atLeast' : 'exact');

/** The likeliest bytes, for people. */
function* prettyNext(next: NextBytes, mode: Mode, lazy: number): Generator<string> {
  const percent = (p: number | undefined) =>
    (p === undefined ? '–' : `${(100 * p).toFixed(3)} %`).padStart(11);
  yield `byte    ${nameOf(lazy).padStart(11)}${'naive'.padStart(11)}${'healed'.padStart(11)}\n`;
  const likeliest = [...next.exact.keys()].sort((a, b) => next.exact[b]! - next.exact[a]!);
  for (const byte of likeliest.slice(0, LISTED)) {
    const name = displayToken(Uint8Array.of(byte)).padEnd(8);
    yield `${name}${percent(next.exact[byte])}${percent(next.naive?.[byte])}${percent(next.healed?.[byte])}\n`;
  }
  yield `${'end'.padEnd(8)}${percent(next.end)}\n${'leak'.padEnd(8)}${percent(next.leak)}\n`;
  if (lazy > 0) yield `${'untested'.padEnd(8)}${percent(next.untested)}\n`;
  yield `\n${mode}: ${next.nodes} nodes, ${next.heads} heads behind ${next.contextTokens} tokens\n`;
}
