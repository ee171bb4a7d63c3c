// Servers, asked by this process: naming one on the command line is the consent to send it the text.
import { text } from './options';
import { UserError } from '../core/errors';
import { completeAddress } from '../engine/models/sources/server/findTokenizer';
import { addressText, isServerAddress, readAddress } from '../servers/address';
import { findServer } from '../servers/connect';
import { atMost, sendBy, type SendToServer } from '../servers/transport';

/** The variable of the key; a key on a command line would be in the shell's history. */
const KEY = 'TOKENSCOPE_SERVER_KEY';

export const tokenizer = text({
  valueName: 'PATH',
  description:
    'tokenizer of the model if --model is a server address; none: `inspect` shows the server’s own tokens, without ids',
});

/** In place of one: the server's own tokens are shown. */
export const NO_TOKENIZER = 'none';

const AT_ONCE = 4;

export const send: SendToServer = atMost(
  () => AT_ONCE,
  sendBy(fetch, () => keyIn(process.env[KEY])),
);

function keyIn(value: string | undefined): string | undefined {
  const key = value?.trim();
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new UserError(`${KEY} contains characters that an API key cannot have.`);
}

/** `--model` and `--tokenizer` as one text. Throws `UserError`. */
export function withTokenizer(model: string, named: string | undefined): string {
  if (named === undefined) return model;
  if (named === NO_TOKENIZER)
    throw new UserError(
      '--tokenizer none works only with `inspect`, which shows the server’s own tokens. All other commands need ids, and so the tokenizer.',
    );
  if (!isServerAddress(model))
    throw new UserError(
      '--tokenizer is only for the model of a server. A folder or a file given with --model has its own tokenizer.',
    );
  return addressText({ ...readAddress(model), tokenizer: named });
}

/** A path as it is; of a server without a tokenizer the address with the one that the machine has. Throws `UserError`. */
export async function completed(model: string): Promise<string> {
  if (!isServerAddress(model)) return model;
  const { tokenizer, model: name } = readAddress(model);
  if (tokenizer !== undefined && name !== undefined) return model;
  return completeAddress(await findServer(model, send));
}
