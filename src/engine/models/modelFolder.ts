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
import { readModelConfig, type ModelConfig } from './modelConfig';
import { readJson } from './readJson';
import type { Json } from '../../core/json';
import { pieceFinders } from './pieceFinders';
import { readTokenizerFile, readTokenizerFiles } from './readTokenizerFiles';
import type { ModelShape } from './source';
import { isGgufFile, readGgufModel } from './sources/gguf/ggufModel';
import { contentOf, findStartToken, isId, type StartToken } from './startToken';
import { weightsIn, type FoundWeights } from './sources/sources';

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
}

/** Of a folder, or of a tokenizer's file alone. Throws `UserError` that names the file and what is wrong with it. */
export function readModelFolder(folder: string): ModelFolder {
  const path = resolve(folder);
  if (!existsSync(path)) throw new UserError(`Model folder not found: ${path}`);
  if (!statSync(path).isDirectory())
    return isGgufFile(path) ? readGgufModel(path) : tokenizerAlone(path);
  const config = readModelConfig(readJson(path, 'config.json') ?? {});
  const tokenizerConfig = readJson(path, 'tokenizer_config.json');
  const own = readJson(path, 'tokenscope.json') ?? {};
  const files = readTokenizerFiles(path, own.encoding);
  const tokenizer = tokenizerOf(files, path);
  const weights = config.noScores ? { missing: config.noScores } : weightsIn(path);
  const named = (name: string, scope: 'folder' | 'sibling') =>
    namedPath(path, name, scope, join(path, 'tokenscope.json'));
  const startFiles = { path, files, tokenizerConfig, bosTokenId: config.start, own };
  const { start, warning } = findStartToken(tokenizer, startFiles);
  const report = typeof own.report === 'string' ? named(own.report, 'sibling') : '';
  return {
    path,
    name: basename(path),
    tokenizer,
    weights: 'missing' in weights ? undefined : weights,
    weightsMissing: 'missing' in weights ? weights.missing : '',
    start,
    warnings: warning === undefined ? [] : [warning],
    ends: endTokens(tokenizer, config, tokenizerConfig, readJson(path, 'generation_config.json')),
    contextTokens: config.contextTokens,
    hiddenSize: config.hiddenSize,
    layers: config.layers,
    fim: readFim(tokenizer, own.fim, path),
    saes: (Array.isArray(own.saes) ? own.saes : [])
      .filter(name => typeof name === 'string')
      .map(name => named(name, 'folder')),
    ownReport: report ? (readPartIfThere(report)?.toString('utf8') ?? null) : null,
  };
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
    fim: undefined,
    saes: [],
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
