// Reads a model folder in the layout of Hugging Face repositories: what is there, which files matter.
// Nothing is loaded but small JSON files and the tokenizer; the graph stays where it is.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fimFormat, type FimFormat } from '../../core/completion/fimFormat';
import { FimError, TokenizerError, UserError } from '../../core/errors';
import { loadTokenizer, type TokenizerFiles } from '../../core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { namedPath } from '../files/namedPath';
import { readPartIfThere } from '../files/regularFile';
import { configOfGenai } from './genaiConfig';
import { readModelConfig, type ModelConfig } from './modelConfig';
import { readJson } from './readJson';
import type { Json } from '../../core/json';
import type { Missing } from './backend';
import { namesOfFolder } from './publishedNames';
import { pieceFinders } from './pieceFinders';
import { readTokenizerFile, readTokenizerFiles } from './readTokenizerFiles';
import type { ModelShape } from './source';
import { adapterFolder, adapterSource, readAdapter } from './sources/adapter/adapterSource';
import { ggufIn, isGgufFile, readGgufModel } from './sources/gguf/ggufModel';
import { contentOf, findStartToken, isId, type StartToken } from './startToken';
import { weightsAt, weightsIn, type FoundWeights } from './sources/sources';

export interface ModelFolder extends ModelShape {
  readonly path: string;
  readonly name: string;
  readonly tokenizer: Tokenizer;
  /** The weights and who opens them; undefined where the folder holds tokenizer files alone. */
  readonly weights: FoundWeights | undefined;
  /** Why there are none: a sentence without its period; empty where there are. */
  readonly weightsMissing: string;
  /** The token before the text; null where the model has none. */
  readonly start: StartToken | null;
  /** What of the files cannot be used, for people. */
  readonly warnings: readonly string[];
  /** The tokens that end a text, none twice. */
  readonly ends: readonly number[];
  /** How the model fills in the middle; undefined where it does not. */
  readonly fim: FimFormat | undefined;
  /** The text of the model's own report, where `tokenscope.json` names one. */
  readonly ownReport: string | null;
  /** Folders of the autoencoders that come with it. */
  readonly saes: readonly string[];
  /** On the hub, as far as its files and its place say them. */
  readonly publishedNames: readonly string[];
}

/**
 * Of a folder, of one of its files of weights, of a GGUF file, of an adapter with its base, or of a tokenizer's file alone. `dtype`: of the weights,
 * where the folder has it. Throws `UserError` that names the file and what is wrong with it.
 */
export function readModelFolder(folder: string, dtype?: string): ModelFolder {
  const chosen = resolve(folder);
  if (!existsSync(chosen)) throw new UserError(`Model folder not found: ${chosen}`);
  const isFile = !statSync(chosen).isDirectory();
  const gguf = isFile ? (isGgufFile(chosen) ? chosen : undefined) : ggufIn(chosen);
  if (gguf !== undefined) return readGgufModel(gguf);
  const adapted = adapterFolder(chosen, isFile);
  const at = isFile && adapted === undefined ? weightsAt(chosen) : undefined;
  if (isFile && adapted === undefined && !at) return tokenizerAlone(chosen);
  const path = adapted ?? at?.folder ?? chosen;
  const adapter = adapted === undefined ? undefined : readAdapter(adapted);
  // What an adapter's folder does not have is its base's.
  const base = adapter?.base ?? path;
  const words = adapter && !existsSync(join(path, 'tokenizer.json')) ? base : path;
  const json = readJson(base, 'config.json') ?? configOfGenai(base);
  const config = readModelConfig(json ?? {});
  const tokenizerConfig = readJson(words, 'tokenizer_config.json');
  const own = readJson(path, 'tokenscope.json') ?? {};
  const files = readTokenizerFiles(words, own.encoding);
  const tokenizer = tokenizerOf(files, words);
  const found = adapter
    ? { source: adapterSource, path: adapter.path }
    : (at?.weights ?? weightsIn(path, dtype));
  const weights = config.noScores ? { missing: config.noScores } : found;
  const named = (name: string, scope: 'folder' | 'sibling') =>
    namedPath(path, name, scope, join(path, 'tokenscope.json'));
  const startFiles = { path: words, files, tokenizerConfig, bosTokenId: config.start, own };
  const { start, warning } = findStartToken(tokenizer, startFiles);
  const report = typeof own.report === 'string' ? named(own.report, 'sibling') : '';
  return {
    path,
    name: basename(path),
    tokenizer,
    weights: 'missing' in weights ? undefined : weights,
    weightsMissing: 'missing' in weights ? weights.missing : '',
    start,
    warnings: [warning ?? '', at || adapter ? '' : otherDtype(weights, dtype)].filter(Boolean),
    ends: endTokens(tokenizer, config, tokenizerConfig, readJson(base, 'generation_config.json')),
    contextTokens: config.contextTokens,
    hiddenSize: config.hiddenSize,
    layers: config.layers,
    kvHeads: config.kvHeads,
    headSize: config.headSize,
    fim: readFim(tokenizer, own.fim, path),
    saes: (Array.isArray(own.saes) ? own.saes : [])
      .filter(name => typeof name === 'string')
      .map(name => named(name, 'folder')),
    publishedNames: namesOfFolder(base, json),
    ownReport: report ? (readPartIfThere(report)?.toString('utf8') ?? null) : null,
  };
}

/** A warning where weights of another dtype are opened than was asked for. */
function otherDtype(weights: FoundWeights | Missing, dtype: string | undefined): string {
  if (dtype === undefined || 'missing' in weights || weights.dtype === dtype) return '';
  const { otherDtypes = [] } = weights;
  if (otherDtypes.length === 0) return '';
  return `The folder has no ${dtype} export, so ${weights.dtype} is open. Other exports: ${otherDtypes.join(', ')}.`;
}

/** One file of a tokenizer in place of a folder. */
function tokenizerAlone(path: string): ModelFolder {
  return {
    path,
    name: nameOfTokenizer(path),
    tokenizer: tokenizerOf(readTokenizerFile(path), dirname(path), basename(path)),
    weights: undefined,
    weightsMissing: '',
    start: null,
    warnings: [],
    ends: [],
    contextTokens: 1024,
    hiddenSize: undefined,
    layers: undefined,
    kvHeads: undefined,
    headSize: undefined,
    fim: undefined,
    saes: [],
    publishedNames: [],
    ownReport: null,
  };
}

/** A folder's name, or a file's; files that are called alike everywhere are named after their folder. */
export function nameOfTokenizer(path: string): string {
  const name = basename(path);
  return COMMON_NAMES.has(name) ? basename(dirname(path)) : name;
}

const COMMON_NAMES = new Set(['tokenizer.json', 'vocab.json', 'merges.txt', 'tokenizer.model']);

function readFim(tokenizer: Tokenizer, own: unknown, path: string): FimFormat | undefined {
  try {
    return fimFormat(tokenizer, own);
  } catch (error) {
    if (error instanceof FimError) {
      throw new UserError(`${join(path, 'tokenscope.json')}: ${error.message}.`);
    }
    throw error;
  }
}

/**
 * `name`: of the file that is read as tokenizer.json, where it has another one. Throws `UserError` that names the file,
 * in `path`, and what is wrong with it.
 */
export function tokenizerOf(
  files: TokenizerFiles,
  path: string,
  name = 'tokenizer.json',
): Tokenizer {
  try {
    return loadTokenizer(files, pieceFinders);
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    const message = error.message.replace(/^tokenizer\.json\b/, () => name);
    throw new UserError(`${message} (in ${path})`);
  }
}

/** `eos_token_id` of generation_config.json or config.json, one or many, and `eos_token` of the tokenizer's. */
function endTokens(
  tokenizer: Tokenizer,
  config: ModelConfig,
  tokenizerConfig: Json | undefined,
  generation: Json | undefined,
): number[] {
  const spelled = contentOf(tokenizerConfig?.eos_token);
  const ids = [
    generation?.eos_token_id ?? config.ends,
    spelled === undefined ? undefined : tokenizer.idOf(spelled),
  ].flat();
  return [...new Set(ids.filter(isId))];
}
