// Asking for tokens that the text suggests all at once, beside asking one by one: the same tokens, and the time.
import { byteStringOf } from '../../src/core/exactBytes/byteString';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import { exactStarts } from '../../src/core/completion/healingStarts';
import { completeAtCursor } from '../../src/core/completion/complete';
import type { CompletedToken } from '../../src/core/completion/completion';
import { TrunkRows } from '../../src/core/completion/trunkRows';
import { placeIn, promptOf } from '../../src/core/completion/prompt';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { modeOf, roomOf } from '../../src/engine/completion/completer';
import type { Model } from '../../src/engine/models/model';
import { openModel } from './codeCuts';
import { completionCuts, KINDS, unseenTexts, type KindCut } from './completionCuts';

const PROMPTS = Number(process.env.TOKENSCOPE_PROMPTS ?? 300);
const TOKENS = 32;
/** Nats: closer ones may change places with the rounding of another run. */
const TIE = 1e-5;

export default { name: 'Drafting by the text so far', run };

interface Run {
  tokens: readonly CompletedToken[];
  ms: number;
  requests: number;
}

async function run() {
  const { model, close } = await openModel();
  try {
    const { texts } = unseenTexts();
    const cuts = completionCuts(texts, Math.ceil(PROMPTS / KINDS.length)).slice(0, PROMPTS);
    let [ties, different, slower, written] = [0, 0, 0, 0];
    const [plain, drafted]: [Run[], Run[]] = [[], []];
    for (const cut of cuts) {
      await completed(model, cut, false);
      const one = await completed(model, cut, false);
      const two = await completed(model, cut, true);
      plain.push(one);
      drafted.push(two);
      written += one.tokens.length;
      if (two.ms > one.ms * 1.1) slower++;
      const at = one.tokens.findIndex(({ id }, i) => id !== two.tokens[i]?.id);
      if (at >= 0 && gapOf(one.tokens[at]!) < TIE) ties++;
      else if (at >= 0 || one.tokens.length !== two.tokens.length) different++;
    }
    const total = (runs: readonly Run[], of: (run: Run) => number) =>
      runs.reduce((sum, run) => sum + of(run), 0);
    const requests = total(drafted, run => run.requests);
    return [
      {
        label: `${cuts.length} completions of ${TOKENS} tokens`,
        ratio: total(drafted, ({ ms }) => ms) / total(plain, ({ ms }) => ms),
        rival: 'the time of one token after the other',
        detail:
          `${different} with other tokens, ${ties} more where two were within ${TIE} nats; ` +
          `${(written / requests).toFixed(2)} tokens for a request (${(written / total(plain, run => run.requests)).toFixed(2)} without); ` +
          `slower by more than a tenth at ${slower}`,
      },
    ];
  } finally {
    close();
  }
}

async function completed(
  model: Model,
  { text, at, middle }: KindCut,
  drafts: boolean,
): Promise<Run> {
  const { tokenizer, fim } = model;
  const rest = text.slice(0, at) + text.slice(at + middle.length);
  const room = roomOf(model, { contextTokens: 512, maxTokens: TOKENS });
  const place = placeIn(rest, at, tokenizer, room);
  const prompt = promptOf(
    tokenizer,
    fim,
    { mode: modeOf(fim, 'auto'), rollback: 'line', suffixFrom: 'cursor' },
    place,
  );
  const beginnings = exactStarts(model.byteRules, prompt.open, prompt.begins);
  const asked = model.asTokenModel(undefined, { root: prompt.root, ends: fim?.ends ?? [] });
  let requests = 0;
  const counted: TokenModel = {
    ends: asked.ends,
    rows: (...request) => {
      requests++;
      return asked.rows(...request);
    },
  };
  const began = performance.now();
  const [found] = await completeAtCursor(
    { tokens: model.textTokens, ends: asked.ends },
    new TrunkRows(counted, beginnings.trunk),
    beginnings,
    1,
    {
      maxTokens: TOKENS,
      singleLine: false,
      seesSuffix: true,
      close: '',
      word: '',
      isIndented: false,
      missingAfter: () => '',
      least: -Infinity,
      suffix: byteStringOf(encodeUtf8(rest.slice(at))),
      draftFrom: drafts ? [...prompt.root, ...beginnings.trunk] : undefined,
      isLate: () => false,
    },
  );
  return { tokens: found!.tokens, ms: performance.now() - began, requests };
}

/** Nats between the two likeliest tokens. */
function gapOf({ row }: CompletedToken): number {
  const [first = 0, second = 0] = [...row].sort((a, b) => b - a);
  return first - second;
}
