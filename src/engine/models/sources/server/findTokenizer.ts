// The tokenizer of the model that a server has, where this machine has it: by the names that the server gives.
import { existsSync } from 'node:fs';
import { UserError } from '../../../../core/errors';
import { addressText, isLoopback, namingTokenizer } from '../../../../servers/address';
import type { FoundServer } from '../../../../servers/connect';
import { modelPath } from '../../places/modelPath';

/** The address with its tokenizer and its model. Throws `UserError` that says how to name the tokenizer. */
export function completeAddress({ address, model, sources, client, pieces }: FoundServer): string {
  const named = { ...address, model: address.model ?? model };
  if (address.tokenizer !== undefined) return addressText(named);
  for (const source of sources) {
    const tokenizer = tokenizerBy(source, isLoopback(address.base));
    if (tokenizer !== undefined) return addressText({ ...named, tokenizer });
  }
  const [repository] = sources.filter(source => /^[\w.-]+\/[\w.-]+$/.test(source));
  throw new UserError(
    `The tokenizer of ${model || 'the model'} at ${client.host} is not on this machine. Give it ${namingTokenizer(address.base)}: a folder, a tokenizer.json, a GGUF file or hf:org/name.` +
      (repository ? ` Download it with \`tokenscope get ${repository} --weights none\`.` : '') +
      (pieces ? ' `tokenscope inspect FILE --tokenizer none` shows the server’s own tokens.' : ''),
  );
}

/** A path is taken only from a server on this machine: elsewhere it is the path of another one. */
function tokenizerBy(source: string, isHere: boolean): string | undefined {
  if (isHere && /[\\/]/.test(source) && existsSync(source)) return source;
  if (!/^[\w.-]+\/[\w.-]+$/.test(source)) return undefined;
  try {
    modelPath(`hf:${source}`);
    return `hf:${source}`;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
