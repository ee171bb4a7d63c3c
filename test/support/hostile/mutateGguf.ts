// GGUF files in which one number or one text is another, and all around it stays whole, so that readers get to it.
import { pick, type Random } from '../toys';
import { mutateBytes } from './mutateBytes';
import { drawBelow, drawChance, HUGE } from './numbers';

/** Where a number or a text is in a file. */
interface Place {
  readonly at: number;
  readonly bytes: number;
  readonly isText?: boolean;
}

/** By the number of a type of values; 0 for texts and lists. */
const WIDTHS = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const TEXT = 8;
const LIST = 9;
/** Elements of a long list that are changed. */
const FIRST = 40;

/** `bytes` are a whole file. */
export function mutateGguf(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  const places = placesOf(bytes);
  for (let left = 1 + drawBelow(random, 2); left > 0; left--) {
    const { at, bytes: width, isText } = pick(random, places);
    if (isText) {
      const text = mutateBytes(out.subarray(at, at + width), random);
      text.copy(out, at, 0, width);
      continue;
    }
    const value = drawChance(random, 0.5) ? drawBelow(random, 40) : pick(random, HUGE);
    const written = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < width; i++) out[at + i] = Number((written >> BigInt(8 * i)) & 0xffn);
  }
  return out;
}

function placesOf(bytes: Buffer): Place[] {
  const places: Place[] = [];
  let at = 4;
  const number = (width: number): number => {
    places.push({ at, bytes: width });
    at += width;
    return width === 8
      ? Number(bytes.readBigUInt64LE(at - 8))
      : bytes.readUIntLE(at - width, width);
  };
  const text = (): void => {
    const length = number(8);
    if (length > 0) places.push({ at, bytes: length, isText: true });
    at += length;
  };
  const value = (type: number): void => {
    if (type === TEXT) return text();
    if (type !== LIST) return void number(WIDTHS[type]!);
    const of = number(4);
    const count = number(8);
    for (let i = 0; i < count; i++) {
      const known = places.length;
      value(of);
      if (i >= FIRST) places.length = known;
    }
  };
  number(4);
  const [tensors, keys] = [number(8), number(8)];
  for (let key = 0; key < keys; key++) {
    text();
    value(number(4));
  }
  for (let tensor = 0; tensor < tensors; tensor++) {
    text();
    const dimensions = number(4);
    for (let i = 0; i < dimensions; i++) number(8);
    number(4);
    number(8);
  }
  return places;
}
