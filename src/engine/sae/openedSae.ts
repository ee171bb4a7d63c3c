// An autoencoder with what its folder knows about its features: labels, densities and highest values.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isTrusted, unlabelled, type Label } from '../../core/sae/featureLabels';
import { readLabels } from '../../core/sae/readLabels';
import type { FeatureName } from '../../core/sae/featureValues';
import type { Sae } from '../../core/sae/sae';
import type { FeatureStatistics } from '../../core/sae/tokenFeatures';
import type { SparseRows } from '../../core/sae/sparseRows';
import { UserError } from '../../core/errors';
import { FileError } from '../files/regularFile';
import { keptLabelsPath, labelText } from './keptLabels';
import { readSae } from './readSae';
import { readSafetensors } from './safetensors';

/** Bins of a histogram, from 0 to a feature's highest value. */
export const HISTOGRAM_BINS = 16;

export class OpenedSae {
  /** [F], the highest value in what was encoded here. */
  private readonly seen: Float32Array;
  private userLabels: ReadonlyMap<number, Label> = new Map();
  private keptLabels: ReadonlyMap<number, Label>;
  /** The share of a feature's values that are lower; undefined where the folder has no histograms. */
  readonly rankOf: FeatureStatistics['rankOf'];

  private constructor(
    readonly path: string,
    readonly sae: Sae,
    private readonly own: ReadonlyMap<number, Label>,
    kept: ReadonlyMap<number, Label>,
    /** The file of labels from elsewhere; it need not exist. */
    readonly keptIn: string,
    /** What of its labels could not be read, in sentences. */
    readonly problems: readonly string[],
    private readonly max: Float32Array | undefined,
    private readonly histograms: Float32Array | undefined,
  ) {
    this.seen = new Float32Array(sae.features);
    this.keptLabels = kept;
    if (!histograms || !max) return;
    this.rankOf = (feature, value) => {
      const start = feature * HISTOGRAM_BINS;
      const place = (HISTOGRAM_BINS * value) / max[feature]!;
      return shareBelow(histograms.subarray(start, start + HISTOGRAM_BINS), place);
    };
  }

  /** Throws `UserError` that names the file if it cannot be read. */
  static open(path: string): OpenedSae {
    const sae = readSae(path);
    const folder = statSync(path).isDirectory() ? path : dirname(path);
    const statistics = join(folder, 'statistics.safetensors');
    const known = existsSync(statistics) ? readSafetensors(statistics) : undefined;
    const { labels, problems } = labelsIn(folder);
    const keptIn = keptLabelsPath(path);
    return new OpenedSae(
      path,
      sae,
      labels,
      keptLabelsIn(keptIn, problems),
      keptIn,
      problems,
      known?.find('max')?.data,
      known?.find('histogram')?.data,
    );
  }

  get name(): string {
    return basename(this.path);
  }

  label(feature: number): Label {
    return (
      this.userLabels.get(feature) ??
      this.keptLabels.get(feature) ??
      this.own.get(feature) ??
      unlabelled(feature)
    );
  }

  featureName(feature: number): FeatureName {
    const density = this.densityOf(feature);
    const max = this.maxOf(feature);
    return {
      feature,
      label: this.label(feature),
      density: Number.isNaN(density) ? null : density,
      max: Number.isFinite(max) && max > 0 ? max : null,
    };
  }

  /** They take precedence over all others. */
  setUserLabels(labels: ReadonlyMap<number, Label>): void {
    this.userLabels = labels;
  }

  /** Labels from elsewhere, which take precedence over the folder's. */
  setKeptLabels(labels: ReadonlyMap<number, Label>): void {
    this.keptLabels = labels;
  }

  /** How many labels from elsewhere there are. */
  get kept(): number {
    return this.keptLabels.size;
  }

  /** How many features have a label in a file that may stand for them. */
  get labelled(): number {
    return [...new Map([...this.own, ...this.keptLabels]).values()].filter(isTrusted).length;
  }

  /** The highest value in its training data or, if that is not known, in what was encoded here. */
  maxOf(feature: number): number {
    return (this.max ?? this.seen)[feature] ?? NaN;
  }

  /** Whether highest values are those of the training data. */
  get knowsMax(): boolean {
    return this.max !== undefined;
  }

  /** Updates the highest values by rows that were encoded; the first `masked` say nothing. */
  note({ starts, features, values }: SparseRows, masked: number): void {
    for (let i = starts[masked] ?? features.length; i < features.length; i++)
      this.seen[features[i]!] = Math.max(this.seen[features[i]!]!, values[i]!);
  }

  /** The share of tokens where it fires; NaN if not known. */
  densityOf(feature: number): number {
    return this.sae.source.density?.[feature] ?? NaN;
  }

  /** [bin]; null if not known. */
  histogramOf(feature: number): Float32Array | null {
    const start = feature * HISTOGRAM_BINS;
    return this.histograms?.slice(start, start + HISTOGRAM_BINS) ?? null;
  }
}

/** The share of a histogram's counts below a place in bins, as if those of a bin were spread evenly over it. */
function shareBelow(histogram: Float32Array, place: number): number {
  let below = 0;
  let all = 0;
  for (const [bin, count] of histogram.entries()) {
    all += count;
    below += count * Math.min(1, Math.max(0, place - bin));
  }
  return all > 0 ? below / all : 1;
}

const LABELS = /^(?:labels.*|batch-\d+)\.jsonl(?:\.gz)?$/;

/** Of the folder's own files and of Neuronpedia's batches, if there are any. What cannot be read is left out and named. */
function labelsIn(folder: string): { labels: Map<number, Label>; problems: string[] } {
  const labels = new Map<number, Label>();
  const problems: string[] = [];
  for (const place of [folder, join(folder, 'explanations')]) {
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place).sort()) {
      if (!LABELS.test(name)) continue;
      const path = join(place, name);
      try {
        const left = readLabels(labelText(path), labels);
        if (left) problems.push(`${path}: ${left}`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
      }
    }
  }
  return { labels, problems };
}

/** Labels from elsewhere; those that cannot be read any more are named in `problems`. */
function keptLabelsIn(file: string, problems: string[]): Map<number, Label> {
  const labels = new Map<number, Label>();
  try {
    readLabels(labelText(file), labels);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!(error instanceof FileError && error.kind === 'missing')) problems.push(error.message);
  }
  return labels;
}
