// What is said of the next byte: its fields, which are an interface (docs/cli.md documents them), and a table for people.
import { displayToken } from '../../core/displayToken';
import { formatProbability } from '../../core/format';
import type { NextBytes } from './nextBytes';

/** Of one byte. With `lazy` what is left out might have been the byte's. */
export function byteFields({ exact, naive, healed }: NextBytes, byte: number, lazy = 0) {
  return {
    byte: byte.toString(16).padStart(2, '0'),
    [lazy > 0 ? 'atLeast' : 'exact']: exact[byte],
    naive: naive?.[byte] ?? null,
    healed: healed?.[byte] ?? null,
  };
}

/** Of what is no byte, and of the tree of tokens that was summed. */
export function restFields({ end, leak, untested, nodes, heads, contextTokens }: NextBytes) {
  return { end, leak, untested, nodes, heads, contextTokens };
}

export function likeliest(values: Float64Array, most: number): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, most);
}

/** The likeliest bytes, with a head. */
export function nextTable(next: NextBytes, most: number, lazy = 0): string[][] {
  const rows = likeliest(next.exact, most).map(byte => [
    displayToken(Uint8Array.of(byte)),
    percent(next.exact[byte]),
    percent(next.naive?.[byte]),
    percent(next.healed?.[byte]),
  ]);
  return [
    ['byte', lazy > 0 ? 'atLeast' : 'exact', 'naive', 'healed'],
    ...rows,
    ['end', percent(next.end), '', ''],
    ['leak', percent(next.leak), '', ''],
    ...(lazy > 0 ? [['untested', percent(next.untested), '', '']] : []),
  ];
}

/** Of a probability. */
export function percent(p: number | undefined): string {
  return p === undefined ? '–' : formatProbability(p);
}
