// The settings, grouped as in the manifest. Those of completions are in completion/completionSettings.ts.
import { defaultLayerOptions, type LayerOptions } from '../core/layers/layerPasses';
import type { Density } from '../core/lenses/density';
import type { PairMembers } from '../protocol/traces';
import { Setting } from './setting';

export const settings = {
  model: {
    /** Empty: the built-in model. */
    folder: new Setting('model.folder', ''),
    contextLimit: new Setting('model.contextLimit', 2048),
    /** As transformers.js calls it, or `AUTO_DTYPE`. */
    dtype: new Setting('model.dtype', 'auto'),
  },
  servers: {
    requestsAtOnce: new Setting('servers.requestsAtOnce', 4),
    /** To other machines; 0: no limit. */
    dailyTokens: new Setting('servers.dailyTokens', 2_000_000),
  },
  compare: {
    /** Path of the second tokenizer; empty: none. */
    tokenizer: new Setting('compare.tokenizer', ''),
  },
  features: {
    /** Folder or file of the autoencoder; empty: the model's own. */
    autoencoder: new Setting('features.autoencoder', ''),
    densityCutoff: new Setting('features.densityCutoff', 0.05),
  },
  pair: {
    /** All empty: the pair that the model's folder names. */
    members: {
      positive: new Setting('pair.positive', ''),
      negative: new Setting('pair.negative', ''),
      positivePrompt: new Setting('pair.positivePrompt', ''),
      negativePrompt: new Setting('pair.negativePrompt', ''),
    },
    /** Whether the median of a text's ratios is taken off each. Only what is drawn depends on it. */
    centre: new Setting('pair.centre', false),
  },
  traces: {
    rollouts: new Setting('traces.rollouts', 32),
    temperature: new Setting('traces.temperature', 1),
    topP: new Setting('traces.topP', 1),
    maxTokens: new Setting('traces.maxTokens', 256),
    answerPattern: new Setting('traces.answerPattern', ''),
    checker: new Setting<string[]>('traces.checker', []),
    seed: new Setting('traces.seed', 1),
    /** Whose numbers are shown for the tokens of a trace whose file has some. */
    scoresFrom: new Setting<'file' | 'model'>('traces.scoresFrom', 'file'),
  },
  report: {
    /** Path of a list of terms; empty: none. */
    glossary: new Setting('report.glossary', ''),
    /** Path of questions with passages; empty: none. */
    passages: new Setting('report.passages', ''),
    /** How samples of training data are grouped. */
    categories: new Setting<'ending' | 'folder'>('report.categories', 'ending'),
    /** Of a chunk at most, for the lens of chunks. */
    chunkTokens: new Setting('report.chunkTokens', 256),
    /** As `readPrices` reads it. */
    prices: new Setting<object>('report.prices', {}),
  },
  layers: {
    /** From 0; -1: all, or the last one. */
    layer: new Setting('layers.layer', -1),
    nearShare: new Setting('layers.nearShare', defaultLayerOptions.nearShare),
    lookAheadTokens: new Setting('layers.lookAheadTokens', defaultLayerOptions.lookAheadTokens),
    redundancyForm: new Setting('layers.redundancyForm', defaultLayerOptions.redundancyForm),
    redundancyMargin: new Setting('layers.redundancyMargin', defaultLayerOptions.redundancyMargin),
    /** Of the delete gate; empty: the built-in one. */
    gateFolder: new Setting('layers.gateFolder', defaultLayerOptions.gateFolder),
  },
  overlay: {
    density: new Setting<Density>('overlay.density', 'normal'),
    scale: new Setting<'model' | 'fixed'>('overlay.scale', 'model'),
    maxTokens: new Setting('overlay.maxTokens', 50_000),
  },
};

/** Those that the numbers of a text depend on. */
export const numberSettings: readonly Pick<Setting<unknown>, 'isChangedBy'>[] = [
  ...Object.values(settings.model),
  ...Object.values(settings.traces),
  settings.pair.centre,
  settings.report.chunkTokens,
  ...Object.values(settings.layers),
  ...Object.values(settings.servers),
];

/** How the passes that read layers run. */
export function layerOptions(): LayerOptions {
  const { layer, nearShare, lookAheadTokens, redundancyForm, redundancyMargin, gateFolder } =
    settings.layers;
  return {
    ...defaultLayerOptions,
    layer: layer.value < 0 ? null : layer.value,
    nearShare: nearShare.value,
    lookAheadTokens: lookAheadTokens.value,
    redundancyForm: redundancyForm.value,
    redundancyMargin: redundancyMargin.value,
    gateFolder: gateFolder.value,
  };
}

/** Undefined: the pair that the model's folder names. */
export function chosenPair(): PairMembers | undefined {
  const { positive, negative } = settings.pair.members;
  return pairOf(positive.value, negative.value);
}

/** Two folders with the prompts of the settings. */
export function pairOf(positive: string, negative: string): PairMembers | undefined {
  const prompts = settings.pair.members;
  const [positivePrompt, negativePrompt] = [
    prompts.positivePrompt.value,
    prompts.negativePrompt.value,
  ];
  if (![positive, negative, positivePrompt, negativePrompt].some(Boolean)) return undefined;
  return {
    positive: { folder: positive, prompt: positivePrompt },
    negative: { folder: negative, prompt: negativePrompt },
  };
}
