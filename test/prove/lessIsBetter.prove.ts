// Less-is-Better on the corpora of its published demonstration, with several seeds: each published figure of `br-text` lies
// where runs of ours lie. The demonstration is one run without a seed; of `br-phono` it has no figures.
import { expect, test } from 'vitest';
import { demonstration, speechLines, type SpeechScores } from '../support/lessIsBetter';
import { hasShared } from '../support/shared';

const SEEDS = 40;
const EPOCHS = [100, 200, 300];
const PUBLISHED: Record<number, SpeechScores> = {
  100: { boundaries: 76.55, lexicon: 48.69, units: 710 },
  200: { boundaries: 79.56, lexicon: 54.52, units: 899 },
  300: { boundaries: 82.25, lexicon: 61.62, units: 994 },
};

test.skipIf(!hasShared).each(['br-text', 'br-phono'] as const)('%s', corpus => {
  const lines = speechLines(corpus);
  const runs = Array.from({ length: SEEDS }, (_, seed) => demonstration(lines, seed + 1, EPOCHS));
  const rows = EPOCHS.flatMap(epoch =>
    (['boundaries', 'lexicon', 'units'] as const).map(score => {
      const values = runs.map(run => run.get(epoch)![score]);
      const mean = values.reduce((sum, value) => sum + value, 0) / SEEDS;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SEEDS - 1);
      const deviation = Math.sqrt(variance);
      const published = corpus === 'br-text' ? PUBLISHED[epoch]![score] : undefined;
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return { epoch, score, published, mean, deviation, low, high };
    }),
  );
  console.table(rows);
  for (const { published, mean, deviation } of rows) {
    if (published !== undefined) expect(Math.abs(published - mean)).toBeLessThan(3 * deviation);
  }
});
