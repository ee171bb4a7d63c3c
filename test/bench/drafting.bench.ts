// Asking for several tokens at once, guessed from the text so far or from what the model found likeliest before, beside asking
// one by one: the same tokens, and the time. `SMOLLM2_GGUF` names another model's file.
import { join } from 'node:path';
import { completeAtCursor } from '../../src/core/completion/complete';
import type { CompletedToken } from '../../src/core/completion/completion';
import { firstDraft, type Drafter } from '../../src/core/completion/drafter';
import { exactStarts } from '../../src/core/completion/healingStarts';
import { placeIn, promptOf } from '../../src/core/completion/prompt';
import { PromptLookup } from '../../src/core/completion/promptLookup';
import { RecycledDrafts } from '../../src/core/completion/recycledDrafts';
import { TokenCandidates } from '../../src/core/completion/tokenCandidates';
import { pathOf, TrunkRows } from '../../src/core/completion/trunkRows';
import { byteStringOf } from '../../src/core/exactBytes/byteString';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { modeOf, roomOf } from '../../src/engine/completion/completer';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../support/engineBundle';
import { openModel } from './codeCuts';
import { completionCuts, KINDS, unseenTexts, type KindCut } from './completionCuts';

const PROMPTS = Number(process.env.TOKENSCOPE_PROMPTS ?? 300);
const TOKENS = 32;
/** Nats: closer ones may change places with the rounding of another run. */
const TIE = 1e-5;

export default { name: 'Drafting by the text so far and by recycled tokens', run };

/** A drafter after the tokens that the model sees. */
type Draft = ((seen: readonly number[], candidates: TokenCandidates) => Drafter) | undefined;

const lookup = (seen: readonly number[]) => new PromptLookup(seen);
const recycled = (seen: readonly number[], candidates: TokenCandidates) =>
  new RecycledDrafts(candidates, seen.at(-1));

/** The first is what the others are compared with; the second says what differs by chance. */
const WAYS: readonly (readonly [name: string, draft: Draft])[] = [
  ['one by one', undefined],
  ['one by one again', undefined],
  ['prompt lookup', lookup],
  ['token recycling', recycled],
  ['lookup, else recycling', (...all) => firstDraft([lookup(all[0]), recycled(...all)])],
];

interface Run {
  /** `gap`: nats between the two most likely tokens. The rows themselves would be ten megabytes for a prompt. */
  readonly tokens: readonly { readonly id: number; readonly gap: number }[];
  /** Of the processor. */
  readonly ms: number;
  readonly requests: number;
  /** Of the requests, those with drafts; the drafted rows of them, and the tokens chosen along them. */
  readonly drafted: number;
  readonly drafts: number;
  readonly accepted: number;
}

/** One way to draft, with a model of its own: what the others left in its caches would help or hinder. */
interface Way {
  readonly name: string;
  readonly draft: Draft;
  readonly model: Model;
  readonly candidates: TokenCandidates;
  readonly runs: Run[];
}

async function run() {
  const ways: Way[] = [];
  try {
    for (const [name, draft] of WAYS) {
      const model = await opened();
      const candidates = new TokenCandidates(id => model.textTokens.bytesOf(id) !== undefined);
      ways.push({ name, draft, model, candidates, runs: [] });
    }
    const { texts } = unseenTexts();
    const cuts = completionCuts(texts, Math.ceil(PROMPTS / KINDS.length)).slice(0, PROMPTS);
    for (const [i, cut] of cuts.entries())
      for (const at of ways.keys()) {
        const way = ways[(i + at) % ways.length]!;
        way.runs.push(await completed(way, cut));
      }
    return ways.map(way => rowOf(way, ways[0]!.runs));
  } finally {
    for (const { model } of ways) model.dispose();
  }
}

async function opened(): Promise<Model> {
  const file = process.env.SMOLLM2_GGUF;
  if (!file) return (await openModel()).model;
  const runtime = join(await bundleEngine(), 'runtime.js');
  return Model.open(file, 2048, () => new RuntimeClient(runtime));
}

function rowOf({ name, runs, candidates }: Way, plain: readonly Run[]) {
  const total = (of: (run: Run) => number, all: readonly Run[] = runs) =>
    all.reduce((sum, run) => sum + of(run), 0);
  let [ties, different, slower] = [0, 0, 0];
  for (const [i, one] of plain.entries()) {
    const two = runs[i]!;
    if (two.ms > one.ms * 1.1) slower++;
    const at = one.tokens.findIndex(({ id }, n) => id !== two.tokens[n]?.id);
    if (at >= 0 && one.tokens[at]!.gap < TIE) ties++;
    else if (at >= 0 || one.tokens.length !== two.tokens.length) different++;
  }
  const drafted = total(run => run.drafted);
  const perDraft = (count: number) => (count / Math.max(1, drafted)).toFixed(2);
  return {
    label: `${runs.length} completions of ${TOKENS} tokens, ${name}`,
    ratio: total(({ ms }) => ms) / total(({ ms }) => ms, plain),
    rival: 'the processor time of one token after the other',
    detail:
      `${different} with other tokens, ${ties} more where two were within ${TIE} nats; ` +
      `${(total(run => run.tokens.length) / total(run => run.requests)).toFixed(2)} tokens for a request; ` +
      `drafts in ${((100 * drafted) / total(run => run.requests)).toFixed(0)} % of requests, of ${perDraft(total(run => run.drafts))} tokens, ` +
      `${perDraft(total(run => run.accepted))} of them chosen; ${candidates.size} tokens remembered; ` +
      `slower by more than a tenth at ${((100 * slower) / runs.length).toFixed(1)} %`,
  };
}

async function completed({ model, draft, candidates }: Way, cut: KindCut): Promise<Run> {
  const { text, at, middle } = cut;
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
  const { nodes, trunk } = beginnings;
  const asked = model.asTokenModel(undefined, { root: prompt.root, ends: fim?.ends ?? [] });
  const counts = { requests: 0, drafted: 0, drafts: 0, accepted: 0 };
  const counted: TokenModel = {
    ...asked,
    rawRows: (...request) => {
      counts.requests++;
      return asked.rawRows!(...request);
    },
  };
  const drafter = draft && countedDrafts(draft([...prompt.root, ...trunk], candidates), counts);
  // The text before is known, as after another key.
  await new TrunkRows(asked, trunk).fetch(nodes.map((_, node) => pathOf(nodes, node)));
  const began = process.cpuUsage();
  const [found] = await completeAtCursor(
    { tokens: model.textTokens, ends: asked.ends },
    new TrunkRows(counted, trunk, draft && ((token, scores) => candidates.remember(token, scores))),
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
      draft: drafter && (() => drafter),
      isLate: () => false,
    },
  );
  const { user, system } = process.cpuUsage(began);
  const tokens = found!.tokens.map(token => ({ id: token.id, gap: gapOf(token) }));
  return { tokens, ms: (user + system) / 1000, ...counts };
}

function countedDrafts(
  drafter: Drafter,
  counts: { drafted: number; drafts: number; accepted: number },
): Drafter {
  let isDrafted = false;
  return {
    draftsAfter(written) {
      const drafts = drafter.draftsAfter(written);
      isDrafted = drafts.length > 0;
      if (isDrafted) counts.drafted++;
      counts.drafts += drafts.length;
      return drafts;
    },
    accepted(count) {
      if (isDrafted) counts.accepted += count;
      drafter.accepted(count);
    },
  };
}

function gapOf({ row }: CompletedToken): number {
  let [first, second] = [-Infinity, -Infinity];
  for (const logprob of row) {
    if (logprob > first) [first, second] = [logprob, first];
    else if (logprob > second) second = logprob;
  }
  return first - second;
}
