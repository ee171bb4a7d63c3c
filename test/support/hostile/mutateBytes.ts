// A file changed without regard to what it is.
import { pick, type Random } from '../toys';
import { drawBelow, drawSpan, HUGE } from './numbers';

/** What grows is cut to this. */
const MOST_BYTES = 1 << 20;

/** Not UTF-8: a lone surrogate, a stray continuation, an overlong slash, a cut character. */
const NOT_UTF8 = ['eda080', 'bf', 'c0af', 'f09f', 'ff'];
/** Text that readers look for. */
const MARKS = [
  '<think>',
  '</think>',
  '<think>\n',
  '<|channel|>analysis<|message|>',
  '<|im_start|>',
  '\\boxed{',
  '####',
  'data: ',
  '\n\n',
  '\ufeff',
  '\u2028',
  '\u0000',
  '\u001b[31m',
  '\u202e',
  'Step 1: ',
  '{"a":',
  '[',
  '"',
  '```',
  '$',
];

type Change = (bytes: Buffer, random: Random) => Buffer;

const changes: readonly Change[] = [
  // A bit, some bytes.
  (bytes, random) => {
    const out = Buffer.from(bytes);
    if (out.length > 0) out[drawBelow(random, out.length)]! ^= 1 << drawBelow(random, 8);
    return out;
  },
  (bytes, random) => {
    const out = Buffer.from(bytes);
    const [start, end] = drawSpan(random, out.length);
    for (let at = start; at < Math.min(end, start + 16); at++) out[at] = drawBelow(random, 256);
    return out;
  },
  // Cut short.
  (bytes, random) => bytes.subarray(0, drawBelow(random, bytes.length + 1)),
  // Without a span, with a span twice, many times, or elsewhere.
  (bytes, random) => {
    const [start, end] = drawSpan(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, random) => repeated(bytes, random, 2),
  (bytes, random) => repeated(bytes, random, 2 + drawBelow(random, 3000)),
  (bytes, random) => {
    const [start, end] = drawSpan(random, bytes.length);
    const to = drawBelow(random, bytes.length + 1);
    return inserted(bytes, to, bytes.subarray(start, end));
  },
  // A number of one width or another, as lengths and offsets are written.
  (bytes, random) => {
    const out = Buffer.from(bytes);
    const width = pick(random, [2, 4, 8]);
    if (out.length < width) return out;
    const at = drawBelow(random, Math.min(out.length - width + 1, pick(random, [64, out.length])));
    const value = BigInt.asUintN(width * 8, BigInt(pick(random, HUGE)));
    for (let i = 0; i < width; i++) out[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
    return out;
  },
  (bytes, random) =>
    inserted(
      bytes,
      drawBelow(random, bytes.length + 1),
      Buffer.from(pick(random, NOT_UTF8), 'hex'),
    ),
  (bytes, random) =>
    inserted(bytes, drawBelow(random, bytes.length + 1), Buffer.from(pick(random, MARKS))),
  // One mark over and over: what scans from each of them to the end is quadratic.
  (bytes, random) => {
    const mark = Buffer.from(pick(random, MARKS));
    const count = 1 + Math.floor(60_000 * random() ** 2);
    return inserted(
      bytes,
      drawBelow(random, bytes.length + 1),
      Buffer.alloc(count * mark.length, mark),
    );
  },
  // Line ends of other systems, and none.
  bytes => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  bytes => Buffer.from(bytes.toString('latin1').replaceAll('\n', ' '), 'latin1'),
  () => Buffer.alloc(0),
];

/** The bytes after one to three changes. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let out = bytes;
  for (let left = 1 + drawBelow(random, 3); left > 0; left--)
    out = pick(random, changes)(out, random).subarray(0, Math.max(MOST_BYTES, bytes.length));
  return out;
}

function repeated(bytes: Buffer, random: Random, times: number): Buffer {
  const [start, end] = drawSpan(random, bytes.length);
  const span = bytes.subarray(start, end);
  const most = Math.floor(MOST_BYTES / Math.max(1, span.length));
  const copies = Buffer.alloc(span.length * Math.min(times, most), span);
  return Buffer.concat([bytes.subarray(0, start), copies, bytes.subarray(end)]);
}

function inserted(bytes: Buffer, at: number, what: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}
