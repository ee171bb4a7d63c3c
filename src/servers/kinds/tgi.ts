// Text Generation Inference gives the log-probabilities of a given text, without alternatives, where it was started with
// --enable-prefill-logprobs. It takes texts and gives ids. https://huggingface.github.io/text-generation-inference/
import { asNumber, asObjects, asString, isObject } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Look } from '../look';
import type { Recognised, ScoreTask, ServerKind, TokenRow } from '../server';
import type { ServerClient } from '../serverClient';
import { TokenTexts } from '../tokenTexts';
import { KnownServer, versionOf, type Facts } from './knownServer';

export const tgi: ServerKind = {
  title: 'TGI',
  recognise({ info }: Look): Recognised | undefined {
    const model = asString(info?.model_id);
    if (model === undefined || !info || !('max_total_tokens' in info || 'router' in info))
      return undefined;
    const facts = {
      model,
      version: versionOf(info.version),
      contextTokens: asNumber(info.max_input_tokens) ?? asNumber(info.max_input_length),
    };
    return {
      ...facts,
      sources: [model],
      open: (client, tokenizer) => new TgiServer(client, tokenizer, facts),
      pieces: async (client, text, signal) => {
        const prefill = await prefillOf(client, text, Buffer.byteLength(text), signal);
        return prefill.map(({ text, logprob }) => ({
          text: asString(text),
          logprob: asNumber(logprob),
          top: [],
        }));
      },
    };
  },
};

class TgiServer extends KnownServer {
  override mostAlternatives = 0;
  private readonly texts: TokenTexts;

  constructor(client: ServerClient, tokenizer: Tokenizer, facts: Facts) {
    super(client, tokenizer, facts);
    this.texts = new TokenTexts(tokenizer);
  }

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/info', signal);
    const info = isObject(found) ? found : {};
    return JSON.stringify([info.model_id, info.model_sha]);
  }

  async score(
    { ids, first }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    const { text: inputs } = this.texts.windowOf(ids, this.checks);
    const found = await prefillOf(this.client, inputs, ids.length, signal);
    this.checks.count(found.length, ids.length);
    const rows = found.map(({ id, logprob }, i) => {
      this.checks.sameId(ids[i]!, id);
      return i < first ? undefined : this.checks.row(ids[i]!, id, logprob, undefined, []);
    });
    onRows(
      rows.filter(row => row !== undefined),
      first,
    );
  }
}

/** Entries of the text's tokens. Throws `UserError` where it gives none. */
async function prefillOf(
  client: ServerClient,
  inputs: string,
  tokens: number,
  signal: AbortSignal | undefined,
) {
  const parameters = { details: true, decoder_input_details: true, max_new_tokens: 1 };
  const { details } = await client.post('/generate', { inputs, parameters }, tokens, signal);
  const found = asObjects(isObject(details) ? details.prefill : undefined);
  if (found.length > 0) return found;
  throw client.unexpected(
    'it returned no log-probabilities for the text; start the server with --enable-prefill-logprobs',
  );
}
