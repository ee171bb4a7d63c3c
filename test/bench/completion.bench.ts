// Completions at cuts of code that the model has not seen, begun in each of the common ways and exactly:
//   naive      after the tokens of the text up to the cut;
//   stripped   the blanks before the cut taken off first, as some editors do, and to be written by the model;
//   strict     the last token dropped, the next one must begin with its bytes (it may be the same again);
//   regrow     the last token dropped, its bytes written again in any number of tokens;
//   exact      all ways to cut the text at the cut into tokens.
// The prompt is otherwise the same. Bits are those of the true rest of the line, over all ways to cut it.
import { regrownLogprob } from './regrown';
import { byteStringOf, type ByteString } from '../../src/core/exactBytes/byteString';
import {
  commonStarts,
  exactStarts,
  type HealingStarts,
} from '../../src/core/completion/healingStarts';
import { bootstrapInterval } from '../../src/core/statistics';
import { completeAtCursor } from '../../src/core/completion/complete';
import { TrunkRows } from '../../src/core/completion/trunkRows';
import { placeIn, promptOf, type PromptMode } from '../../src/core/completion/prompt';
import { seededRandom } from '../../src/core/random';
import { textLogprob } from '../../src/core/completion/textLogprob';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { completeAt, modeOf, roomOf } from '../../src/engine/completion/completer';
import type { Model } from '../../src/engine/models/model';
import type { CompletionOptions } from '../../src/protocol/completion';
import { openModel } from './codeCuts';
import { completionCuts, humanEvalCuts, KINDS, unseenTexts, type KindCut } from './completionCuts';

const PER_KIND = Number(process.env.TOKENSCOPE_CUTS ?? 60);
const MODE = (process.env.TOKENSCOPE_FIM ?? 'auto') as PromptMode | 'auto';
const TOKENS = 24;
const TIMED = 40;

const ARMS = ['naive', 'stripped', 'strict', 'regrow', 'exact'] as const;
type Arm = (typeof ARMS)[number];

export default { name: 'Completions at a cursor', run };

interface Figures {
  bits: number;
  isRight: boolean;
  similarity: number;
  modelTokens: number;
  ms: number;
}

async function run() {
  const { model, close } = await openModel();
  try {
    const { texts, from } = unseenTexts();
    const cuts = [...completionCuts(texts, PER_KIND), ...humanEvalCuts(PER_KIND)];
    const mode = modeOf(model.fim, MODE);
    console.log(`  ${cuts.length} cuts of ${from}; form of the prompt: ${mode}`);
    const figures: Record<Arm, Figures>[] = [];
    for (const cut of cuts) figures.push(await figuresOf(model, cut, mode));
    const kinds = [...KINDS, 'HumanEval line' as const, undefined];
    const rows = kinds.flatMap(kind => {
      const chosen = figures.filter((_, i) => kind === undefined || cuts[i]!.kind === kind);
      const bytes = cuts.filter(cut => kind === undefined || cut.kind === kind);
      const lengths = bytes.map(({ middle }) => encodeUtf8(middle).length);
      return chosen.length === 0 ? [] : ARMS.map(arm => rowOf(kind ?? 'all', arm, chosen, lengths));
    });
    return [...rows, await timeRow(model, cuts)];
  } finally {
    close();
  }
}

function rowOf(
  kind: string,
  arm: Arm,
  figures: readonly Record<Arm, Figures>[],
  lengths: number[],
) {
  const possible = figures.flatMap((each, i) => (each[arm].bits < Infinity ? [i] : []));
  const bytes = sum(possible.map(i => lengths[i]!));
  const of = (which: Arm) => sum(possible.map(i => figures[i]![which].bits)) / bytes;
  const weights = possible.map(i => lengths[i]!);
  const differences = possible.map(i => figures[i]![arm].bits - figures[i]!.exact.bits);
  const [low, high] = bootstrapInterval(differences, weights, seededRandom(3));
  const mean = (pick: (each: Figures) => number) =>
    sum(figures.map(each => pick(each[arm]))) / figures.length;
  const right = figures.map(each => Number(each[arm].isRight) - Number(each.exact.isRight));
  const [less, more] = bootstrapInterval(
    right,
    right.map(() => 1),
    seededRandom(4),
  );
  const never = figures.length - possible.length;
  return {
    label: `${kind}, ${arm}`,
    ratio: of(arm) / of('exact'),
    rival: 'the bits of exact',
    detail:
      `${of(arm).toFixed(3)} bits per byte` +
      (arm === 'exact' ? '' : ` (${signed(low)} to ${signed(high)})`) +
      (never > 0 ? `, impossible at ${never} more` : '') +
      `; exact match ${percent(mean(({ isRight }) => Number(isRight)))}` +
      (arm === 'exact' ? '' : ` (${percent(less)} to ${percent(more)})`) +
      `, similarity ${mean(({ similarity }) => similarity).toFixed(3)}; ` +
      `${mean(({ modelTokens }) => modelTokens).toFixed(0)} model tokens, ` +
      `${mean(({ ms }) => ms).toFixed(0)} ms; ${figures.length} cuts`,
  };
}

async function figuresOf(
  model: Model,
  cut: KindCut,
  mode: PromptMode,
): Promise<Record<Arm, Figures>> {
  const found: Partial<Record<Arm, Figures>> = {};
  // Whichever comes first would pay for the prompt.
  await armOf(model, cut, mode, 'naive');
  for (const arm of ARMS) found[arm] = await armOf(model, cut, mode, arm);
  return found as Record<Arm, Figures>;
}

async function armOf(
  model: Model,
  { text, at, middle }: KindCut,
  mode: PromptMode,
  arm: Arm,
): Promise<Figures> {
  const { tokenizer, fim, byteRules: rules } = model;
  const rest = text.slice(0, at) + text.slice(at + middle.length);
  const blanks = arm === 'stripped' ? /[ \t]*$/.exec(text.slice(0, at))![0] : '';
  const room = roomOf(model, { contextTokens: 512, maxTokens: TOKENS });
  const { prefix, suffix } = placeIn(rest, at, tokenizer, room);
  const place = { prefix: prefix.slice(0, prefix.length - blanks.length), suffix };
  const prompt = promptOf(tokenizer, fim, { mode, rollback: 'line', suffixFrom: 'cursor' }, place);
  const ids = [...tokenizer.encode(textOf(prompt.open)).ids];
  // A prompt that hands text back is cut after it where nothing is healed.
  const last = arm === 'strict' || arm === 'regrow' ? ids.pop() : undefined;
  const dropped = last === undefined ? '' : byteStringOf(tokenizer.bytesOf(last));
  const root = arm === 'exact' ? prompt.root : [...prompt.root, ...ids];
  let modelTokens = 0;
  const asked = model.asTokenModel(undefined, {
    root,
    ends: fim?.ends ?? [],
    onRan: tokens => (modelTokens += tokens),
  });
  const wanted = byteStringOf(encodeUtf8(blanks + middle));
  const began = performance.now();
  const beginnings = beginningsOf(model, arm, prompt.open, dropped);
  const [found] = await completeAtCursor(
    { tokens: model.textTokens, ends: asked.ends },
    new TrunkRows(asked, beginnings.trunk),
    beginnings,
    1,
    {
      maxTokens: TOKENS,
      singleLine: true,
      seesSuffix: mode !== 'none',
      close: '',
      word: '',
      isIndented: false,
      missingAfter: () => '',
      least: -Infinity,
      suffix: byteStringOf(encodeUtf8(rest.slice(at))),
      isLate: () => false,
    },
  );
  const ms = performance.now() - began;
  const spent = modelTokens;
  const nats =
    arm === 'strict'
      ? await strictNats(model, asked, root, dropped, wanted)
      : (
          await textLogprob(
            rules,
            asked,
            arm === 'exact' ? prompt.open : dropped,
            wanted,
            arm === 'exact' && prompt.begins,
          )
        ).bytes;
  const insert = textOf(found?.insert ?? '').replace(blanks, '');
  return {
    bits: -nats / Math.LN2,
    isRight: insert.trimEnd() === middle.trimEnd(),
    similarity: similarityOf(insert.trimEnd(), middle.trimEnd()),
    modelTokens: spent,
    ms,
  };
}

function beginningsOf(
  model: Model,
  arm: Arm,
  open: ByteString,
  dropped: ByteString,
): HealingStarts {
  const { tokenizer, textTokens, byteRules } = model;
  if (arm === 'exact') return exactStarts(byteRules, open);
  if (arm === 'regrow') return exactStarts(byteRules, dropped, false);
  const healing = arm === 'strict' ? 'one-token' : 'none';
  return commonStarts(tokenizer, textTokens, dropped, healing);
}

/** Nats: of the bytes after \`dropped\`, where the first token begins with it. */
async function strictNats(
  model: Model,
  asked: ReturnType<Model['asTokenModel']>,
  root: readonly number[],
  dropped: ByteString,
  wanted: ByteString,
): Promise<number> {
  const { byteRules: rules, fim } = model;
  const [row] = await asked.rows([], [{ parent: -1, token: -1 }], [0]);
  return regrownLogprob(rules, row!, dropped, wanted, async (token, bytes) => {
    const ends = fim?.ends ?? [];
    const after = model.asTokenModel(undefined, { root: [...root, token], ends });
    return (await textLogprob(rules, after, '', bytes, false)).bytes;
  });
}

/** What beginning exactly costs, in processor time, which other programs disturb less: both ways once to warm what is remembered, then each in turn. */
async function timeRow(model: Model, cuts: readonly KindCut[]) {
  const step = Math.max(1, Math.floor(cuts.length / TIMED));
  const chosen = cuts.filter((_, i) => i % step === 0);
  const times = { exact: [] as number[], none: [] as number[] };
  for (const { text, at, middle } of chosen) {
    const rest = text.slice(0, at) + text.slice(at + middle.length);
    const run = async (healing: 'exact' | 'none') => {
      const options: CompletionOptions = {
        healings: [healing],
        mode: MODE,
        rollback: 'auto',
        suffixFrom: 'auto',
        contextTokens: 512,
        maxTokens: 16,
        maxTimeMs: Infinity,
        singleLine: false,
        minProbability: 0,
        candidates: 1,
        temperature: 0,
        topP: 1,
        seed: 1,
        language: '',
        except: [],
        drafts: false,
        alternatives: 0,
        logprobs: false,
      };
      const began = process.cpuUsage();
      const view = await completeAt(model, rest, at, options, new AbortController().signal);
      const { user, system } = process.cpuUsage(began);
      return { ms: (user + system) / 1000, isWhole: view.items[0]?.stopReason === 'tokens' };
    };
    await run('exact');
    await run('none');
    const pairs = [];
    for (let round = 0; round < 3; round++) pairs.push([await run('exact'), await run('none')]);
    // One that ends at once is no measure of the other.
    if (pairs[0]!.some(({ isWhole }) => !isWhole)) continue;
    times.exact.push(Math.min(...pairs.map(([exact]) => exact!.ms)));
    times.none.push(Math.min(...pairs.map(([, none]) => none!.ms)));
  }
  const [exact, none] = [sum(times.exact), sum(times.none)];
  return {
    label: 'processor time for 16 tokens',
    ratio: exact / none,
    rival: 'without healing',
    budget: '1.1 x',
    detail:
      `${(exact / times.exact.length).toFixed(0)} and ${(none / times.none.length).toFixed(0)} ms at ` +
      `${times.exact.length} cuts, the best of 3 each`,
  };
}

function similarityOf(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return 1 - row[b.length]! / longest;
}

function textOf(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
