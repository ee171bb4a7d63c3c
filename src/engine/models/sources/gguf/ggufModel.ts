// A GGUF file in place of a model's folder: its tokenizer, and whether its weights can be opened.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fimFormat, type FimFormat } from '../../../../core/completion/fimFormat';
import { FimError, UserError } from '../../../../core/errors';
import type { Tokenizer } from '../../../../core/tokenizer/tokenizer';
import { withFile } from '../../../files/fileSource';
import { namedPath } from '../../../files/namedPath';
import { fromGguf } from '../../../gguf/architecture/fromGguf';
import { GgufFile } from '../../../gguf/ggufFile';
import { fimTemplate, ggufTokenizer, textEnds } from '../../../gguf/ggufTokenizer';
import { isGguf } from '../../../gguf/readHeader';
import { readJson } from '../../readJson';
import { namesOfGguf } from '../../publishedNames';
import { findStartToken } from '../../startToken';
import { contentOf, ggufSource } from './ggufSource';

/** Told by how it begins: files of Ollama have no ending. Throws `FileError`. */
export function isGgufFile(path: string): boolean {
  return withFile(path, file => isGguf(file.read(0, 4)));
}

/** Beside the file of a language model. */
const SIDECAR = /(^|[-_.])mmproj[-_.]|^(mtp|imatrix)[-_.]/i;
/** Any part opens all. */
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/i;

/**
 * The GGUF file of a folder that holds nothing else of a model; undefined where it has none, or has a tokenizer of its
 * own. Throws `UserError` where there are several.
 */
export function ggufIn(folder: string): string | undefined {
  const all = readdirSync(folder);
  const names = all.filter(
    name => /\.gguf$/i.test(name) && !SIDECAR.test(name) && !LATER_PART.test(name),
  );
  const [first, second] = names.sort();
  if (first === undefined || all.includes('tokenizer.json')) return undefined;
  if (second === undefined) return join(folder, first);
  throw new UserError(
    `${folder} has several GGUF files: ${names.join(', ')}. Choose one of them instead of the folder.`,
  );
}

const OWN = 'tokenscope.json';

/**
 * What a model's folder is of a GGUF file, with the tokenscope.json beside it. Throws `UserError` where not even its
 * tokenizer can be used.
 */
export function readGgufModel(path: string) {
  const folder = dirname(path);
  const own = readJson(folder, OWN) ?? {};
  const saes = (Array.isArray(own.saes) ? own.saes : []).filter(name => typeof name === 'string');
  const file = new GgufFile(path);
  try {
    const { metadata, tensors } = file;
    const tokenizer = ggufTokenizer(metadata, path, tensors.get('token_embd.weight')?.shape[0]);
    const { start, ends } = textEnds(metadata, tokenizer);
    const startFiles = {
      path: folder,
      files: {},
      tokenizerConfig: undefined,
      bosTokenId: null,
      own,
    };
    const ownStart = own.start === undefined ? undefined : findStartToken(tokenizer, startFiles);
    const found = weightsOf(file);
    const shape = 'missing' in found ? undefined : found.architecture;
    return {
      path,
      name: nameOf(file),
      tokenizer,
      weights: shape && { source: ggufSource, path },
      weightsMissing: 'missing' in found ? found.missing : '',
      start: ownStart ? ownStart.start : start,
      ends,
      contextTokens: shape?.contextTokens ?? 1024,
      hiddenSize: shape?.hiddenSize,
      layers: shape?.layers.length,
      kvHeads: shape?.attention.keyValueHeads,
      headSize: shape?.attention.headSize,
      warnings: [],
      fim: own.fim === undefined ? fimOf(file, tokenizer) : ownFim(folder, tokenizer, own.fim),
      saes: saes.map(name => namedPath(folder, name, 'folder', join(folder, OWN))),
      publishedNames: namesOfGguf(path, metadata),
      ownReport: null,
    };
  } finally {
    file.close();
  }
}

function weightsOf(file: GgufFile) {
  try {
    return { architecture: fromGguf(contentOf(file)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: error.message.replace(/\.$/, '') };
  }
}

/** A file of Ollama is called by its hash: there the metadata has the better name. */
function nameOf({ path, metadata }: GgufFile): string {
  const name = basename(path);
  if (/\.gguf$/i.test(name)) return name.replace(/\.gguf$/i, '');
  return metadata.string('general.name') || name;
}

function ownFim(folder: string, tokenizer: Tokenizer, fim: unknown): FimFormat | undefined {
  try {
    return fimFormat(tokenizer, fim);
  } catch (error) {
    if (!(error instanceof FimError)) throw error;
    throw new UserError(`${join(folder, OWN)}: ${error.message}.`);
  }
}

/** By the names of the tokens, else by the ids that the file gives, where these are no tokens of text. */
function fimOf({ metadata }: GgufFile, tokenizer: Tokenizer): FimFormat | undefined {
  const known = fimFormat(tokenizer);
  const template = known ? undefined : fimTemplate(metadata, tokenizer);
  if (template === undefined) return known;
  try {
    return { ...fimFormat(tokenizer, template)!, source: 'GGUF' };
  } catch (error) {
    if (error instanceof FimError) return undefined;
    throw error;
  }
}
