// What the editor may ask about an autoencoder's features.
import type { FeatureAt, FeatureName, LogitEffect, Pin } from '../core/sae/featureValues';
import type { Agreement } from '../core/sae/predicate';
import { methodsOf } from './channel';
import type { DocumentVersion, Range16, Refusal } from './types';

export interface SaeInfo {
  /** Of its folder. */
  name: string;
  path: string;
  /** The format that it was read from. */
  format: string;
  hook: string;
  /** The language model that it was trained on, as its files call it. */
  model: string | null;
  width: number;
  features: number;
  labelled: number;
  /** Of the labels, those that were read from elsewhere, and the file that they are kept in. */
  keptLabels: number;
  keptIn: string;
  /** What it is called on Neuronpedia, `model/source`, where its files or its place say that. */
  neuronpedia: string | null;
  /** Whether highest values are those of its training data, or of what was encoded here. */
  knowsMax: boolean;
  knowsDensity: boolean;
}

/** How features are read into the columns of a view. */
export interface FeatureOptions {
  pins: readonly Pin[];
  /** Features that fire on a larger share of tokens do not count as a token's strongest; 1: all do. */
  densityCutoff: number;
}

/** Which places count as on, where not by the autoencoder's own rule. Relative to the document: `budget`. */
export type FeatureSelection =
  | { kind: 'own' }
  | { kind: 'topK'; k: number }
  /** Mutual Choice: the highest of the whole document, `perToken` for each token on average. */
  | { kind: 'budget'; perToken: number };

export interface FeatureTable {
  /** Counted: those that are not masked; and those not known yet. */
  tokens: number;
  pending: number;
  /** Null where there is nothing to explain, or by a transcoder. */
  fvu: number | null;
  /** Features on at a token, on average; null where no token is counted. */
  l0: number | null;
  /** What its FVU says against it, and what of its labels could not be read; empty: nothing. */
  warning: string;
  rows: FeatureRow[];
}

export interface FeatureRow extends FeatureName {
  /** Tokens of the document where it is on, and its highest value there. */
  tokens: number;
  value: number;
  /** value · log(1 / density) */
  surprise: number;
  /** Where it is highest. */
  at: Range16;
}

export interface FeaturesAt extends Range16 {
  /** Index of the token. */
  token: number;
  bytes: Uint8Array;
  masked: boolean;
  pending: boolean;
  unexplained: number | null;
  features: FeatureAt[];
  /** Those that are off by least: what they had, and what they would have needed. */
  near: (FeatureName & { value: number; needed: number })[];
}

export interface FeaturePage extends FeatureName {
  /** Counts in equal parts from 0 to `max` of its training data; null where not known. */
  histogram: number[] | null;
  /** Features with similar directions, by the cosine of their decoder rows. */
  neighbours: (FeatureName & { cosine: number })[];
  raises: LogitEffect[];
  lowers: LogitEffect[];
  examples: FeatureExample[];
  /** How the label's predicate does on this document; null where it has none, or it cannot be read. */
  agreement: Agreement | null;
}

/** Where a feature is high, with the text around it. */
export interface FeatureExample extends Range16 {
  uri: string;
  /** From 1. */
  line: number;
  before: string;
  token: string;
  after: string;
  value: number;
}

export type EffectChange = { kind: 'ablate' } | { kind: 'steer'; by: number };

export interface EffectView {
  feature: FeatureName;
  change: EffectChange;
  /** The feature's value at the token, as it was and as it was made. */
  value: number;
  changed: number;
  everywhere: boolean;
  /** The token after the one asked about, likeliest before or after first; NaN beyond what is kept. */
  next: { id: number; bytes: Uint8Array; before: number; after: number }[];
  /** Tokens whose surprisal changed most: bits before and after. */
  tokens: (Range16 & { bytes: Uint8Array; before: number; after: number })[];
  /** Of the window's tokens after the first change: how many, and the sum of changes in bits. */
  counted: number;
  totalBits: number;
}

export interface UserLabel {
  feature: number;
  description: string;
  /** A predicate, or `token~/…/` made of a regular expression. */
  predicate: string | null;
}

export type ExportFormat = 'jsonl' | 'neuronpedia' | 'svg';

export interface FeatureApi {
  /** Opens an autoencoder beside the model; an empty path: the one that comes with the model, if there is one. */
  openSae(params: { path: string }): SaeInfo | null;

  /** What fires at the token at an offset; null where there is none. */
  featuresAt(params: DocumentVersion & { at: number; details: boolean }): FeaturesAt | null;

  featureTable(
    params: DocumentVersion & { densityCutoff: number; choice: FeatureSelection; rows: number },
  ): FeatureTable;

  /** `uri`: whose examples come first. */
  featurePage(params: { feature: number; uri: string; language: string }): FeaturePage;

  /** Features whose labels hold the words, or whose number it is. */
  findFeatures(params: { words: string; rows: number }): FeatureName[];

  /** Where a feature is highest in a text that is no document; why not, where the model cannot read it. */
  examplesIn(params: {
    uri: string;
    text: string;
    feature: number;
    count: number;
  }): FeatureExample[] | Refusal;

  effect(
    params: DocumentVersion & {
      feature: number;
      at: number;
      everywhere: boolean;
      change: EffectChange;
    },
  ): EffectView;

  /** How a predicate agrees with a feature on a document. Throws `UserError` where it cannot be read. */
  agreement(
    params: DocumentVersion & { feature: number; predicate: string; language: string },
  ): Agreement;

  setUserLabels(params: { labels: readonly UserLabel[] }): void;

  /**
   * Keeps the labels of files, which may be packed, in place of those that were kept before; of no file, forgets those.
   * `source`: of which autoencoder on Neuronpedia, where that is known. Throws `UserError` where there are none.
   */
  keepLabels(params: { files: readonly string[]; source: string | null }): {
    info: SaeInfo;
    /** What was left out, in sentences. */
    problems: string[];
  };

  exportFeatures(
    params: DocumentVersion & { format: ExportFormat; range: Range16; options: FeatureOptions },
  ): string;
}

export const featureMethods = methodsOf<FeatureApi>({
  openSae: true,
  featuresAt: true,
  featureTable: true,
  featurePage: true,
  findFeatures: true,
  examplesIn: true,
  effect: true,
  agreement: true,
  setUserLabels: true,
  keepLabels: true,
  exportFeatures: true,
});
