// Autoencoders that are published for models by name: one for each model, of its middle, to begin with. Repositories have
// more of them. What is said here is what SAELens' list of pretrained autoencoders and the repositories say; sizes are of
// 32-bit floats.
import type { Json } from '../json';

export interface PublishedSae {
  /** Names on the hub of the models that it is for. */
  readonly models: readonly string[];
  readonly repository: string;
  /** In the repository. */
  readonly folder: string;
  readonly about: string;
  readonly licence: string;
  /** Its name on Neuronpedia, where its features are explained; undefined where they are not. */
  readonly neuronpedia?: string;
  /** What its own configuration does not say of it. */
  readonly config?: Json;
}

/** https://github.com/decoderesearch/SAELens, sae_lens/pretrained_saes.yaml; the last two by their repositories. */
export const publishedSaes: readonly PublishedSae[] = [
  {
    models: ['openai-community/gpt2', 'gpt2'],
    repository: 'jbloom/GPT2-Small-SAEs-Reformatted',
    folder: 'blocks.8.hook_resid_pre',
    about: 'about 150 MB',
    licence: 'mit',
    neuronpedia: 'gpt2-small/8-res-jb',
    // The residual stream that it was trained on has no mean, in contrast to that of the published model.
    config: { model_from_pretrained_kwargs: { center_writing_weights: true } },
  },
  {
    models: ['google/gemma-3-270m'],
    repository: 'google/gemma-scope-2-270m-pt',
    folder: 'resid_post/layer_12_width_16k_l0_medium',
    about: 'about 84 MB',
    licence: 'as its page says',
    neuronpedia: 'gemma-3-270m/12-gemmascope-2-res-16k',
  },
  {
    models: ['google/gemma-3-270m-it'],
    repository: 'google/gemma-scope-2-270m-it',
    folder: 'resid_post/layer_12_width_16k_l0_medium',
    about: 'about 84 MB',
    licence: 'as its page says',
    neuronpedia: 'gemma-3-270m-it/12-gemmascope-2-res-16k',
  },
  {
    models: ['google/gemma-2-2b'],
    repository: 'google/gemma-scope-2b-pt-res',
    folder: 'layer_12/width_16k/average_l0_82',
    about: 'about 300 MB',
    licence: 'cc-by-4.0',
    neuronpedia: 'gemma-2-2b/12-gemmascope-res-16k',
  },
  {
    models: ['EleutherAI/pythia-160m'],
    repository: 'EleutherAI/sae-pythia-160m-32k',
    folder: 'layers.8',
    about: 'about 200 MB',
    licence: 'mit',
  },
  {
    models: ['HuggingFaceTB/SmolLM2-135M'],
    repository: 'EleutherAI/skip-transcoder-SmolLM2-135M-128x',
    folder: 'layers.15.mlp',
    about: 'about 340 MB',
    licence: 'apache-2.0',
  },
];

/**
 * The first that is published for one of a model's names. A name without an owner, as GGUF files have it with blanks in it
 * ("Gemma 3 270m"), is that of any owner.
 */
export function publishedFor(names: readonly string[]): PublishedSae | undefined {
  const wanted = new Set(names.map(name => name.toLowerCase().replace(/[ _]+/g, '-')));
  const isWanted = (name: string) =>
    wanted.has(name.toLowerCase()) || wanted.has(name.toLowerCase().replace(/^.*\//, ''));
  return publishedSaes.find(({ models }) => models.some(isWanted));
}

/** Where a model has no autoencoder: which one is published for it. */
export function describePublished({ models, repository, folder, ...sae }: PublishedSae): string {
  return ` One is published for ${models[0]}: ${repository}, ${folder} (${sae.about}, licence ${sae.licence}). "Tokenscope: Get an Autoencoder from the Hub…" downloads it after you agree.`;
}

/** What is known of a repository's autoencoders besides their own files. */
export function publishedConfig(repository: string | undefined): Json {
  return publishedSaes.find(each => each.repository === repository)?.config ?? {};
}

/** The one that is in a repository's folder, if it is listed. */
export function publishedIn(
  repository: string | undefined,
  folder: string,
): PublishedSae | undefined {
  return publishedSaes.find(each => each.repository === repository && each.folder === folder);
}
