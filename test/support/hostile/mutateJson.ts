// JSON with the same shape, in which some values are of another type, of another size or under other names.
import { pick, type Random } from '../toys';
import { drawBelow, drawChance, HUGE } from './numbers';

/** Stands for text that JSON.stringify would not write; the number is its place in `RAW`. */
const RAW_MARK = 'raw:7f3a:';
const RAW = [
  '1e999',
  '-1e999',
  'NaN',
  'Infinity',
  '-Infinity',
  '9223372036854775808',
  '18446744073709551616',
  '-0',
  '1e-400',
  `1${'0'.repeat(400)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '[,]',
  '\u0000',
];
const NAMES = ['__proto__', 'constructor', 'toString', 'length', 'hasOwnProperty', '', '0', '-1'];
const TEXTS = [
  '',
  ' ',
  'a',
  '\u0000',
  '\ud800',
  '../../../../etc/passwd',
  '/dev/zero',
  'file:///dev/zero',
  '[x](command:y)',
  '\u001b]8;;http://x\u0007',
  '%s%n',
  '(a+)+$',
  'é'.repeat(1000),
  'x'.repeat(100_000),
  ...NAMES,
];

/** Values of any type. */
export function anyValue(random: Random): unknown {
  const kind = drawBelow(random, 9);
  if (kind === 0) return null;
  if (kind === 1) return [];
  if (kind === 2) return {};
  if (kind === 3) return pick(random, [true, false]);
  if (kind === 4) return pick(random, TEXTS);
  if (kind === 5) return pick(random, [...HUGE, 0.5, -0.5, -2, 1e308, 5e-324]);
  if (kind === 6) return `${RAW_MARK}${drawBelow(random, RAW.length)}:`;
  if (kind === 7) return [anyValue(random), anyValue(random)];
  return { [pick(random, NAMES)]: anyValue(random) };
}

/** What is longer takes long only because it is long. */
const MOST_CHARACTERS = 1 << 21;

/** The text of a value after one to four changes. */
export function mutateJson(value: unknown, random: Random): string {
  for (;;) {
    const text = changedText(value, random);
    if (text.length < MOST_CHARACTERS) return text;
  }
}

function changedText(value: unknown, random: Random): string {
  const root = { root: structuredClone(value) };
  for (let left = 1 + drawBelow(random, 4); left > 0; left--) changePlace(root, random);
  const text = JSON.stringify(root.root) ?? 'null';
  return text.replace(new RegExp(`"${RAW_MARK}(\\d+):"`, 'g'), (_, at: string) => RAW[Number(at)]!);
}

/** Goes down to a place, then changes what is there. */
function changePlace(root: Record<string, unknown>, random: Random): void {
  let container: Record<string, unknown> | unknown[] = root;
  for (;;) {
    const keys = Object.keys(container);
    if (keys.length === 0) return;
    // The fields of long lists of tokens would drown the others.
    const key = pick(random, drawChance(random, 0.5) ? keys.slice(0, 12) : keys);
    const inner: unknown = Reflect.get(container, key);
    if (typeof inner === 'object' && inner !== null && drawChance(random, 0.8)) {
      container = inner as Record<string, unknown>;
      continue;
    }
    changeValue(container, key, random);
    return;
  }
}

function changeValue(
  container: Record<string, unknown> | unknown[],
  key: string,
  random: Random,
): void {
  const kind = drawBelow(random, 8);
  const set = (name: string, value: unknown) =>
    Object.defineProperty(container, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  const value = (container as Record<string, unknown>)[key];
  if (Array.isArray(container)) {
    const at = Number(key);
    if (kind === 0) container.splice(at, 1);
    else if (kind === 1) container.splice(at, 0, value);
    else if (kind === 2) container.push(...Array.from({ length: 1000 }, () => value));
    else container[at] = changed(value, random);
  } else if (kind === 0) delete container[key];
  else if (kind === 1) set(pick(random, NAMES), value);
  else if (kind === 2) set(pick(random, NAMES), anyValue(random));
  else set(key, changed(value, random));
}

/** Of the same type about half of the time. */
function changed(value: unknown, random: Random): unknown {
  if (drawChance(random, 0.5)) return anyValue(random);
  if (typeof value === 'number')
    return pick(random, [...HUGE, value + 1, -value, value / 2, value * 1e9]);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') {
    const at = drawBelow(random, value.length + 1);
    return pick(random, [
      value.slice(0, at),
      value + value,
      value.repeat(Math.min(2000, Math.ceil(200_000 / (value.length + 1)))),
      value.slice(0, at) + pick(random, TEXTS) + value.slice(at),
      `${value}${'<think>'.repeat(drawBelow(random, 5000))}`,
    ]);
  }
  if (Array.isArray(value)) return pick(random, [value.toReversed(), [value], value.slice(1)]);
  if (typeof value === 'object' && value !== null) return [value];
  return anyValue(random);
}
