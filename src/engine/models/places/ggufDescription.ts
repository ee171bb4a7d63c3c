// What a GGUF file is, from its header alone.
import { UserError } from '../../../core/errors';
import { hasFimNames } from '../../../core/completion/fimFormat';
import { encodeUtf8 } from '../../../core/text/utf8';
import { FileSource } from '../../files/fileSource';
import { fromGguf } from '../../gguf/architecture/fromGguf';
import { GgufFile } from '../../gguf/ggufFile';
import { isList } from '../../gguf/metadata';
import { contentOf, dtypesOf, memoryNeeded } from '../sources/gguf/ggufSource';
import type { Description } from './description';
import { quantisationOf } from './quantisation';
import { kindOfGguf } from './tokenizerKind';

/** Of the list of tokens, to look for names. The largest vocabularies have a quarter of it. */
const MOST_TOKENS = 16 << 20;

/** Never throws for what a file may hold. */
export function describeGguf(path: string): Description {
  let file: GgufFile | undefined;
  try {
    file = new GgufFile(path);
    return described(file);
  } catch (error) {
    return { format: 'gguf', opens: 'no', why: reason(error, path) };
  } finally {
    file?.close();
  }
}

function described(file: GgufFile): Description {
  const { metadata, path } = file;
  const tensors = [...file.tensors.values()];
  const family = metadata.string('general.architecture') ?? null;
  const known: Description = {
    format: 'gguf',
    family,
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    quantisation: quantisationOf(metadata.number('general.file_type'), tensors),
    bytes: file.parts.reduce((sum, { size }) => sum + size, 0),
    licence: metadata.string('general.license') ?? null,
    contextTokens: metadata.count(`${family}.context_length`) ?? null,
    opens: 'model',
  };
  try {
    const tokenizer = kindOfGguf(metadata);
    const { exactBytes, refused } = tokenizer;
    const fillsMiddle = fills(file);
    if (refused) return { ...known, opens: 'no', why: sentence(refused) };
    try {
      const architecture = fromGguf({ ...contentOf(file), name: 'It' });
      const needed = memoryNeeded(file);
      if (needed) return { ...known, opens: 'no', why: sentence(`It ${needed}`) };
      const { contextTokens } = architecture;
      return { ...known, contextTokens, fillsMiddle, exactBytes, dtypes: dtypesOf(file) };
    } catch (error) {
      return { ...known, opens: 'tokenizer', why: reason(error, path) };
    }
  } catch (error) {
    return { ...known, opens: 'no', why: reason(error, path) };
  }
}

/** By the ids that it names, or by names of tokens. */
function fills({ path, metadata }: GgufFile): boolean {
  const { values } = metadata;
  const ids = ['fim_pre', 'fim_suf', 'fim_mid'].map(key => `tokenizer.ggml.${key}_token_id`);
  if (ids.every(key => values.has(key))) return true;
  const tokens = values.get('tokenizer.ggml.tokens');
  if (!isList(tokens)) return false;
  const source = new FileSource(path);
  try {
    const bytes = Buffer.from(source.read(tokens.at, MOST_TOKENS));
    return hasFimNames(name => bytes.includes(withLength(name)));
  } finally {
    source.close();
  }
}

/** As a list of texts holds it. */
function withLength(name: string): Buffer {
  const text = encodeUtf8(name);
  const length = Buffer.alloc(8);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

/** Throws what is a defect. */
function reason(error: unknown, path: string): string {
  if (!(error instanceof UserError)) throw error;
  const { message } = error;
  if (message.startsWith(`${path}: `)) return sentence(message.slice(path.length + 2));
  if (message.startsWith(`${path} `)) return `It ${message.slice(path.length + 1)}`;
  return message;
}

function sentence(words: string): string {
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1).replace(/\.$/, '')}.`;
}
