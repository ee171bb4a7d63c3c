// The source of a model that a server runs.
import { UserError } from '../../../../core/errors';
import type { Tokenizer } from '../../../../core/tokenizer/tokenizer';
import { CHECK_TEXT, findServer, openServer, tryServer } from '../../../../servers/connect';
import { clientDefaults, type ClientOptions } from '../../../../servers/serverClient';
import type { ModelSource } from '../../source';
import { ServerBackend } from './serverBackend';

/** Tokens of the text that is scored to see what a server gives. */
const TRIED = 12;

export function serverSource(
  tokenizer: Tokenizer,
  options: ClientOptions = clientDefaults,
): ModelSource {
  return {
    isElsewhere: true,
    find: () => undefined,
    whyNone: () => 'it is not a server',
    async open(address, _folder, _shape, _startRuntime, opening) {
      const { send, signal } = opening ?? {};
      if (!send)
        throw new UserError('A server can be used only from the command line and the editor.');
      const found = await findServer(address, send, signal, options);
      const { server } = await openServer(found, tokenizer, signal);
      const identity = await server.identity(signal);
      const tried = tokenizer.encode(CHECK_TEXT).ids.slice(0, TRIED);
      const rows = await tryServer(server, tried, signal);
      return new ServerBackend(found, server, tokenizer, identity, rows);
    },
  };
}
