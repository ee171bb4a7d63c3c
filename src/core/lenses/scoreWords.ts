// What is known of a token, in words: a server may say less of it than a model on this machine.
import { formatBits } from '../format';
import type { Scores } from './scores';

/** Nats: an entropy whose bounds are nearer than this is shown as one number. */
const EXACT = 0.005;

/** Whether anything is known of the token. */
export function isScored({ logprobs }: Scores, row: number): boolean {
  return !Number.isNaN(logprobs[row]);
}

export function entropyWords({ entropiesNats, entropyUppersNats }: Scores, row: number): string {
  const least = entropiesNats[row]!;
  const most = entropyUppersNats?.[row] ?? NaN;
  return Number.isNaN(least) ? 'not known' : boundsWords(least, Number.isNaN(most) ? least : most);
}

/** Nats; `most` may be infinite. */
export function boundsWords(least: number, most: number): string {
  if (most - least < EXACT) return formatBits(least);
  if (!Number.isFinite(most))
    return `at least ${formatBits(least)}, because the list is incomplete`;
  return `between ${formatBits(least).replace(/ bits$/, '')} and ${formatBits(most)}, because the list is incomplete`;
}

/** 0 is a rank that is not known. */
export function rankWords(rank: number): string {
  return rank > 0 ? String(rank) : 'not known';
}
