// Rollouts of a prefix drawn together in a growing tree, beside one after the other, each after what the graph remembers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random';
import { drawToken } from '../../src/core/traces/drawToken';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../support/engineBundle';

const root = join(import.meta.dirname, '../..');
const ROLLOUTS = 32;
const PREFIXES = 6;
const ROUNDS = 3;
const SAMPLING = { temperature: 1, topP: 1 };
const MOST = 120;

export default {
  name: `Rollouts (built-in reasoning model, ${ROLLOUTS} from each prefix)`,
  async run() {
    const bundle = await bundleEngine();
    const start = () => new RuntimeClient(join(bundle, 'runtime.js'));
    const model = await Model.open(join(root, 'models/reasoner/base'), 512, start);
    const { signal } = new AbortController();
    const seeds = Uint32Array.from({ length: ROLLOUTS }, (_, i) => i + 1);
    const best = { together: Infinity, apart: Infinity };
    let drawn = 0;
    const prefixes = prefixesOf(model);
    for (let round = 0; round < ROUNDS; round++) {
      let began = performance.now();
      drawn = 0;
      for (const prefix of prefixes) {
        const rule = { ...SAMPLING, seeds, maxTokens: MOST };
        for (const { length } of await model.sample(prefix, rule, signal)) drawn += length;
      }
      best.together = Math.min(best.together, performance.now() - began);
      began = performance.now();
      for (const prefix of prefixes) for (const seed of seeds) await alone(model, prefix, seed);
      best.apart = Math.min(best.apart, performance.now() - began);
    }
    model.dispose();
    const perSecond = (ms: number) => ((1000 * PREFIXES) / ms).toFixed(1);
    return [
      {
        label: 'drawn together',
        ratio: best.together / best.apart,
        rival: 'one after the other',
        budget: '≤ 0.25',
        detail: `${perSecond(best.together)} prefixes a second (${perSecond(best.apart)} one after the other), ${Math.round(drawn / PREFIXES / ROLLOUTS)} tokens a rollout`,
      },
    ];
  },
};

function prefixesOf({ tokenizer }: Model): number[][] {
  const golden = join(root, 'test/golden/reasoning/traces.json');
  const { traces } = JSON.parse(readFileSync(golden, 'utf8')) as {
    traces: { problem: string; trace: string }[];
  };
  return traces.slice(0, PREFIXES).map(({ problem, trace }, i) => {
    const before = [...tokenizer.encode(`${problem}\n`).ids];
    const ids = [...tokenizer.encode(trace).ids];
    return [...before, ...ids.slice(0, Math.floor((i * ids.length) / PREFIXES))];
  });
}

async function alone(model: Model, prefix: readonly number[], seed: number): Promise<void> {
  const asked = model.asTokenModel();
  const random = seededRandom(seed);
  const tokens = [...prefix];
  for (let step = 0; step < MOST; step++) {
    const [row] = await asked.rows(tokens, [{ parent: -1, token: -1 }], [0]);
    const token = drawToken(row!, SAMPLING, random);
    if (asked.ends.includes(token)) return;
    tokens.push(token);
  }
}
