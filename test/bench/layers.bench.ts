// What each lens on layers costs beside the scores of the same tokens, in processor time, and how much more memory it takes
// over a long text. With the built-in model and those that TOKENSCOPE_BENCH_MODELS names: folders or files with `:` between
// them.
import { basename, delimiter } from 'node:path';
import { layerPasses, layerPassNames } from '../../src/core/layers/layerPasses';
import { Document } from '../../src/engine/documents/document';
import { layerPassesOf } from '../../src/engine/layers/layerPasses';
import type { Model } from '../../src/engine/models/model';
import type { Pass } from '../../src/engine/scoring/pass';
import { tokensPass } from '../../src/engine/scoring/tokensPass';
import { openModel, ownSources } from './codeCuts';

const TOKENS = Number(process.env.TOKENSCOPE_BENCH_TOKENS ?? 2000);
const LONG_TOKENS = 30_000;
const ROUNDS = 2;
/** One of each kind: what is kept of a window differs. */
const KINDS = ['exitDepth', 'attention', 'attentionRank', 'redundancy'] as const;
const { signal } = new AbortController();

export default { name: 'Lenses on layers', run };

async function run() {
  const named = process.env.TOKENSCOPE_BENCH_MODELS?.split(delimiter) ?? [];
  const rows = [];
  for (const name of ['coder', ...named]) {
    const { model, close } = await openModel(name);
    const label = named.includes(name) ? basename(name) : name;
    rows.push(...(await costs(label, model)));
    if (!named.includes(name)) rows.push(await memory(label, model));
    close();
  }
  return rows;
}

/** A text of so many tokens, another one each time, so that nothing is known of it. */
function textOf(model: Model, tokens: number, time: number): Document {
  const text = `// ${time}\n${ownSources().join('\n')}`;
  const stream = new Document('all', 1, text).streamBy(model.tokenizer);
  const end = stream.tokens(0, tokens).utf16Ends.at(-1);
  return new Document(`text ${time}`, 1, text.slice(0, end));
}

async function costs(label: string, model: Model) {
  const passes = layerPassesOf(() => model);
  const plain = tokensPass(() => model);
  let time = 0;
  const measured = async (pass: Pass) => {
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      const document = textOf(model, TOKENS, time++);
      const before = process.cpuUsage();
      const done = await pass.run(document, whole);
      if ('refused' in done) return NaN;
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, (user + system) / 1000);
    }
    return best;
  };
  const plainMs = await measured(plain);
  const rows = [];
  for (const id of layerPasses) {
    const ms = await measured(passes[id]);
    if (Number.isNaN(ms)) continue;
    rows.push({
      label: `${label}: ${layerPassNames[id]}`,
      ratio: ms / plainMs,
      rival: 'the scores of the tokens',
      detail: `${(ms / TOKENS).toFixed(2)} ms of the processor a token, of ${TOKENS}, against ${(plainMs / TOKENS).toFixed(2)}`,
    });
  }
  return rows;
}

const whole = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };

/** One lens after the other. */
async function memory(label: string, model: Model) {
  const passes = layerPassesOf(() => model);
  const peakOf = async (tokens: number, time: number) => {
    const document = textOf(model, tokens, time);
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    for (const id of KINDS) await passes[id].run(document, whole);
    clearInterval(timer);
    return peak;
  };
  const short = await peakOf(2048, -1);
  const long = await peakOf(LONG_TOKENS, -2);
  return {
    label: `${label}: memory of the process over ${LONG_TOKENS} tokens`,
    ratio: long / short,
    rival: 'that over 2,048',
    detail: `${(long / 1e6).toFixed(0)} MB against ${(short / 1e6).toFixed(0)} MB`,
  };
}
