// `tokenscope serve-check`: what a server can give, as it answers and not as it is documented.
import { displayToken } from '../../core/displayToken';
import { formatBits, formatPercent } from '../../core/format';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { readServerModel } from '../../engine/models/sources/server/serverModel';
import { completeAddress } from '../../engine/models/sources/server/findTokenizer';
import { addressText, readAddress } from '../../servers/address';
import {
  CHECK_TEXT,
  findServer,
  openServer,
  tryServer,
  type FoundServer,
} from '../../servers/connect';
import type { Piece } from '../../servers/alignPieces';
import { piecesOf } from '../../servers/pieces';
import type { Server, TokenRow } from '../../servers/server';
import { UserError } from '../../core/errors';
import { defineCommand } from '../command';
import { interruptible } from '../interrupt';
import { pieceLines, prettyPieces } from '../pieces';
import { send, tokenizer, withTokenizer } from '../servers';
import * as shared from '../sharedOptions';
import { tableLines } from '../tableLines';

/** Tokens of the text that are scored and listed. */
const LISTED = 5;

export const serveCheck = defineCommand({
  name: 'serve-check',
  summary: 'check what a server supports, with the first tokens of a text',
  usage: 'URL',
  options: { tokenizer, json: shared.json },
  async run({ operands: [url = ''], values, print }) {
    const address = withTokenizer(addressText(readAddress(url)), values.tokenizer);
    const checked = await interruptible(signal => check(address, signal));
    await print(values.json ? jsonLines(checked) : pretty(checked));
  },
});

interface Checked {
  readonly found: FoundServer;
  /** Why it cannot be used: sentences without the last period; then nothing else is known. */
  readonly problem?: string;
  /** The first ones of the server's own, where no tokenizer is known. */
  readonly pieces?: readonly Piece[];
  readonly address?: string;
  readonly tokenizer?: Tokenizer;
  readonly server?: Server;
  readonly idsCompared?: boolean;
  readonly ids?: Uint32Array;
  readonly rows?: readonly TokenRow[];
}

/** Throws `UserError` where nothing answers, where the tokenizer is not known or not the server's, or an answer is wrong. */
async function check(url: string, signal: AbortSignal): Promise<Checked> {
  const found = await findServer(url, send, signal);
  if (!found.open) return { found, problem: found.cannot ?? '' };
  let address: string;
  try {
    address = completeAddress(found);
  } catch (error) {
    if (!(error instanceof UserError) || !found.pieces) throw error;
    const pieces = (await piecesOf(found, CHECK_TEXT, signal)).slice(0, LISTED);
    return { found, problem: error.message.replace(/\.$/, ''), pieces };
  }
  const { tokenizer } = readServerModel(address);
  const { server, idsCompared } = await openServer(found, tokenizer, signal);
  const ids = tokenizer.encode(CHECK_TEXT).ids.slice(0, LISTED + 1);
  const rows = await tryServer(server, ids, signal);
  return { found, address, tokenizer, server, idsCompared, ids, rows };
}

function numbersOf({ server, idsCompared = false, rows = [] }: Checked) {
  const alternatives = Math.max(0, ...rows.map(({ top }) => top.length));
  const isWhole = server?.distribution !== undefined;
  return {
    logprob: rows.length > 0,
    alternatives,
    rank: server?.givesRanks ? 'every' : alternatives > 0 ? 'listed' : 'none',
    entropy: alternatives > 0 ? 'bounds' : 'none',
    varentropy: false,
    bytes: isWhole,
    completions: isWhole ? 'exact' : server?.likeliest ? 'likeliest' : 'none',
    rollouts: server?.sample !== undefined,
    idsCompared,
  };
}

function* jsonLines(checked: Checked): Generator<string> {
  const { found, server, tokenizer, ids, rows = [], problem, pieces } = checked;
  const { title: kind, version, model, models, address, client } = found;
  const facts = { kind, version, model, models, address: address.base };
  if (pieces) {
    yield `${JSON.stringify({ ...facts, withoutTokenizer: problem })}\n`;
    return yield* pieceLines(CHECK_TEXT, pieces);
  }
  if (!server || !tokenizer) return yield `${JSON.stringify({ ...facts, cannot: problem })}\n`;
  const { contextTokens = null, vocabSize = null } = server;
  const { tokensSent } = client;
  yield `${JSON.stringify({ ...facts, contextTokens, vocabSize, tokenizer: readAddress(checked.address!).tokenizer, ...numbersOf(checked), tokensSent })}\n`;
  for (const [i, { logprob, rank, top }] of rows.entries()) {
    const id = ids![i + 1]!;
    const bytes = Buffer.from(tokenizer.bytesOf(id)).toString('hex');
    yield `${JSON.stringify({ id, bytes, logprob, rank: rank || null, top })}\n`;
  }
}

function* pretty(checked: Checked): Generator<string> {
  const { found, server, tokenizer, ids, rows = [], problem, pieces } = checked;
  const { title, version, model, client } = found;
  if (!server || !tokenizer) {
    yield `${client.host}: ${title} ${version}. ${problem}.\n`;
    if (!pieces) return;
    yield '\n';
    return yield* prettyPieces(pieces);
  }
  const numbers = numbersOf(checked);
  const all = numbers.alternatives;
  const facts = [
    ['server', `${title} ${version} at ${found.address.base}`],
    ['model', model + (found.models.length > 1 ? ` (of ${found.models.join(', ')})` : '')],
    ['tokenizer', readAddress(checked.address!).tokenizer ?? ''],
    [
      'its token ids match',
      numbers.idsCompared
        ? `yes, compared on a text of ${tokenizer.encode(CHECK_TEXT).ids.length} tokens`
        : 'not compared beforehand: the server does not give the ids of a text; each answer is checked',
    ],
    ['holds', server.contextTokens === undefined ? 'not given' : `${server.contextTokens} tokens`],
    ['surprisal', 'of every token'],
    ['alternatives', all > 0 ? `${all} of each token` : 'none'],
    ['rank', RANKS[numbers.rank as keyof typeof RANKS]],
    ['entropy', all > 0 ? 'between bounds' : 'not known'],
    ['varentropy', 'not known: it needs the whole distribution'],
    [
      'exact bytes',
      numbers.bytes
        ? 'yes, with one request per position'
        : 'no: it returns only the most likely tokens',
    ],
    ['completions', COMPLETIONS[numbers.completions as keyof typeof COMPLETIONS]],
    ['rollouts', numbers.rollouts ? 'yes' : 'no'],
    ['features, layers', 'no: it returns no activations'],
  ];
  yield* tableLines(facts, ['left', 'left']);
  yield '\n';
  const nameOf = (id: number) => displayToken(tokenizer.bytesOf(id));
  const lines = rows.map(({ logprob, rank, top }, i) => [
    nameOf(ids![i + 1]!),
    String(ids![i + 1]),
    formatPercent(logprob),
    formatBits(-logprob),
    rank > 0 ? String(rank) : '–',
    top[0] ? nameOf(top[0].id) : '–',
  ]);
  yield* tableLines(
    [['token', 'id', 'probability', 'surprisal', 'rank', 'likeliest'], ...lines],
    ['left', 'right', 'right', 'right', 'right', 'left'],
  );
  yield `\n${client.tokensSent} tokens were sent in ${client.requests} requests.\n`;
}

const RANKS = {
  every: 'of every token',
  listed: 'of tokens that are among the alternatives',
  none: 'not known',
};
const COMPLETIONS = {
  exact: 'with exact healing',
  likeliest: 'of the most likely tokens; one token is healed',
  none: 'no',
};
