// Text Generation Inference gives the log-probabilities of a given text, without alternatives, where it was started with
// --enable-prefill-logprobs. It takes texts and gives ids. https://huggingface.github.io/text-generation-inference/
import { asNumber, asObjects, asString, isObject } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { RowChecks } from '../checkRows';
import type { Look } from '../look';
import type { Recognised, ScoreTask, Server, ServerKind, TokenRow } from '../server';
import type { ServerClient } from '../serverClient';
import { TokenTexts } from '../tokenTexts';

export const tgi: ServerKind = {
  title: 'TGI',
  recognise({ info }: Look): Recognised | undefined {
    const model = asString(info?.model_id);
    if (model === undefined || !info || !('max_total_tokens' in info || 'router' in info))
      return undefined;
    const facts = {
      model,
      version: asString(info.version) ?? 'version not stated',
      contextTokens: asNumber(info.max_input_tokens) ?? asNumber(info.max_input_length),
    };
    return {
      ...facts,
      sources: [model],
      open: (client, tokenizer) => new TgiServer(client, tokenizer, facts),
    };
  },
};

class TgiServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize = undefined;
  readonly givesRanks = false;
  readonly scoresParts = false;
  readonly mostAlternatives = 0;
  private readonly checks: RowChecks;
  private readonly texts: TokenTexts;

  constructor(
    private readonly client: ServerClient,
    tokenizer: Tokenizer,
    facts: Pick<Server, 'model' | 'version' | 'contextTokens'>,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    this.contextTokens = facts.contextTokens;
    this.checks = new RowChecks(client, tokenizer.vocabSize);
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
    const parameters = { details: true, decoder_input_details: true, max_new_tokens: 1 };
    const answer = await this.client.post('/generate', { inputs, parameters }, ids.length, signal);
    const { details } = answer;
    const found = asObjects(isObject(details) ? details.prefill : undefined);
    if (found.length === 0)
      throw this.checks.wrong(
        'it gives no numbers of the text: start it with --enable-prefill-logprobs',
      );
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
