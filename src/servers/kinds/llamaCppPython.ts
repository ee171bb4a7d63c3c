// llama-cpp-python's server. It leaves the start token out of what it echoes, and gives the first token of a text no
// log-probability. Where a model has no start token, it looks each token up in what the model expects after it, not before
// (`_create_completion` in llama_cpp/llama.py; its issue 1983): nothing of that can be shown.
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { SaidPiece } from '../alignPieces';
import { RowChecks } from '../checkRows';
import type { ServerKind } from '../server';
import type { ServerClient } from '../serverClient';
import { echoFacts, echoOf, EchoServer, saidPieces, type Echo } from './echo';
import type { Facts } from './knownServer';

const TOKENIZE = '/extras/tokenize';
const MISPLACED =
  'the model has no start token, and llama-cpp-python then reads the log-probability of each token one position too late (its issue 1983). Serve the model with llama-server of llama.cpp instead';

export const llamaCppPython: ServerKind = {
  title: 'llama-cpp-python',
  recognise({ model }) {
    if (model?.owned_by !== 'me') return undefined;
    const facts = echoFacts(model, 'llama-cpp-python');
    return {
      ...facts,
      sources: [facts.model],
      open: (client, tokenizer) => new PythonServer(client, tokenizer, facts),
      pieces: (client, text, signal) => piecesOf(client, facts.model, text, signal),
    };
  },
};

class PythonServer extends EchoServer {
  constructor(
    client: ServerClient,
    private readonly tokenizer: Tokenizer,
    facts: Facts,
  ) {
    super(client, tokenizer, facts);
  }

  readonly tokenize = async (input: string, signal?: AbortSignal): Promise<number[]> => {
    const tokens = await tokensOf(this.client, this.model, input, signal);
    const ids = this.checks.ids(tokens);
    return ids.length > 0 && this.tokenizer.isSpecial(ids[0]!) ? ids.slice(1) : ids;
  };

  protected override placed(echo: Echo, lead: number, count: number): Echo {
    if (echo.promptTokens === count) throw this.checks.wrong(MISPLACED);
    // With the start token.
    this.checks.count(echo.promptTokens ?? 0, count + 1);
    const before = Array.from({ length: lead }, () => null);
    return {
      ...echo,
      tokens: [...before, ...echo.tokens],
      own: [...before, NaN, ...echo.own.slice(1)],
      top: [...before, ...echo.top],
    };
  }
}

async function tokensOf(
  client: ServerClient,
  model: string,
  input: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { tokens } = await client.post(TOKENIZE, { model, input }, 0, signal);
  return tokens;
}

async function piecesOf(
  client: ServerClient,
  model: string,
  text: string,
  signal: AbortSignal | undefined,
): Promise<SaidPiece[]> {
  const checks = new RowChecks(client, Infinity);
  // Of no text it has the start token alone.
  const start = checks.ids(await tokensOf(client, model, '', signal));
  if (start.length === 0) throw checks.wrong(MISPLACED);
  const echo = await echoOf(client, { model, prompt: text }, signal);
  return saidPieces(echo, (echo.promptTokens ?? echo.tokens.length) - 1);
}
