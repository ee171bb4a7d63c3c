// The load of a mixture's experts by one text beside that by others: Demons in the Detail (Qiu et al. 2025,
// arXiv:2501.11873) has experts of their own for domains, which are seen as a load unlike that of other text.
import { formatNumberOf, formatProbability } from '../format';

/** What f, the share of all choices that took an expert, is in a text and in others. */
export interface LoadComparison {
  readonly experts: number;
  /** For each token. */
  readonly chosen: number;
  /** Of the text, and of the others: how many were read, of how many that were given. */
  readonly tokens: number;
  readonly others: { readonly files: number; readonly given: number; readonly tokens: number };
  readonly layers: readonly {
    readonly layer: number;
    /** [expert], from 0 to 1. */
    readonly shares: Float64Array;
    readonly othersShares: Float64Array;
    /** Their total variation distance. */
    readonly distance: number;
  }[];
}

/** Half of the sum of |p - q| of two distributions: the share of choices that would have to be others, from 0 to 1. */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / 2;
}

/** Experts that are named for each layer. */
const NAMED = 3;

/** How much was read of what, for people. */
export function comparedWords({ tokens, others, experts, chosen }: LoadComparison): string {
  const { files, given } = others;
  const count = files < given ? `${files} of ${given} files` : formatNumberOf(files, 'file');
  return (
    `Load of ${experts} experts, ${chosen} for each token, by ${formatNumberOf(tokens, 'token')} of this text ` +
    `and ${formatNumberOf(others.tokens, 'token')} of ${count}`
  );
}

/** A table with its head: of each layer the distance, and the experts whose shares differ most, here and there. */
export function comparisonRows({ layers }: LoadComparison): string[][] {
  const head = ['layer', 'total variation', 'experts that differ most: share here (in the others)'];
  return [
    head,
    ...layers.map(({ layer, shares, othersShares, distance }) => {
      const most = Array.from(shares, (here, expert) => ({
        expert,
        here,
        there: othersShares[expert]!,
      }))
        .sort((a, b) => Math.abs(b.here - b.there) - Math.abs(a.here - a.there))
        .slice(0, NAMED)
        .map(
          ({ expert, here, there }) =>
            `${expert}: ${formatProbability(here)} (${formatProbability(there)})`,
        );
      return [String(layer), formatProbability(distance), most.join(', ')];
    }),
  ];
}

/** Files of others that are read at most. */
const MOST_FILES = 32;

/** Those that are read, from all over a sorted list. */
export function spread<T>(all: readonly T[]): T[] {
  const count = Math.min(all.length, MOST_FILES);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}
