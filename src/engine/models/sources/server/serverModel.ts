// A server in place of a model's folder: the tokenizer is one on this machine, the numbers are the server's.
import { UserError } from '../../../../core/errors';
import { hostOf, namingTokenizer, readAddress } from '../../../../servers/address';
import { readModelFolder, type ModelFolder } from '../../modelFolder';
import { modelPath } from '../../places/modelPath';
import { serverSource } from './serverSource';

/** Of a server that does not say how much it holds. */
const CONTEXT_TOKENS = 4096;

/** Throws `UserError` where the address names no tokenizer, or it cannot be read. */
export function readServerModel(text: string): ModelFolder {
  const { base, tokenizer, model } = readAddress(text);
  const host = hostOf(base);
  if (tokenizer === undefined)
    throw new UserError(
      `The tokenizer of the model at ${host} is not known. Give it ${namingTokenizer(base)}, or connect with "Tokenscope: Connect to a Server…".`,
    );
  const own = readModelFolder(modelPath(tokenizer));
  const name = model?.replace(/^.*[\\/]/, '').replace(/\.gguf$/i, '');
  return {
    ...own,
    path: text,
    name: name ? `${name} at ${host}` : host,
    weights: { source: serverSource(own.tokenizer), path: text },
    weightsMissing: '',
    contextTokens: CONTEXT_TOKENS,
    warnings: [],
    saes: [],
    ownReport: null,
  };
}
