// Where a value stands among a feature's own, by the histograms in the autoencoder's folder.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HISTOGRAM_BINS, OpenedSae } from '../../../src/engine/sae/openedSae';

const saes = join(import.meta.dirname, '../../../models/coder/saes');
const folder = join(saes, readdirSync(saes)[0]!);

test('the rank of a value is the share of the counts below it', () => {
  const opened = OpenedSae.open(folder);
  const rankOf = opened.rankOf!;
  let compared = 0;
  for (let feature = 0; feature < 4096; feature += 97) {
    const counts = opened.histogramOf(feature)!;
    const all = counts.reduce((sum, count) => sum + count, 0);
    const max = opened.maxOf(feature);
    if (all === 0) continue;
    for (let bin = 0; bin <= HISTOGRAM_BINS; bin++) {
      const below = counts.subarray(0, bin).reduce((sum, count) => sum + count, 0);
      expect(rankOf(feature, (max * bin) / HISTOGRAM_BINS)).toBeCloseTo(below / all, 5);
      compared++;
    }
    // Inside a bin as if its counts were spread evenly.
    const half = rankOf(feature, (max * 0.5) / HISTOGRAM_BINS);
    expect(half).toBeCloseTo(counts[0]! / 2 / all, 5);
    expect(rankOf(feature, 2 * max)).toBe(1);
  }
  expect(compared).toBeGreaterThan(500);
});

test('without histograms there are no ranks', () => {
  const copy = mkdtempSync(join(tmpdir(), 'tokenscope-sae-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, 'statistics.safetensors'));
  expect(OpenedSae.open(copy).rankOf).toBeUndefined();
});
