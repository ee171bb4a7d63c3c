// The wrong traces of the built-in base model, read by the engine: how well each score finds the first error, beside
// the same figures from PyTorch.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogprobRow } from '../../src/core/exactBytes/tokenModel';
import { contrastOf, contrastScore, logRatioOf } from '../../src/core/traces/contrast';
import { auc, aucBefore, rankOf } from '../support/localization';
import { uncertaintyOf } from '../../src/core/traces/uncertainty';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../support/engineBundle';

const root = join(import.meta.dirname, '../..');
const METHODS = [
  'surprisal',
  'entropy',
  'varentropy',
  'gap',
  'ratio',
  'divergence',
  'contrast',
] as const;
type Method = (typeof METHODS)[number];

interface Golden {
  auc: Record<string, Record<Method, number>>;
  traces: { regime: string; problem: string; trace: string; token: number; tokens: number }[];
}
const golden = JSON.parse(
  readFileSync(join(root, 'test/golden/reasoning/traces.json'), 'utf8'),
) as Golden;

test('scores point at the known errors as they do in PyTorch', async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const models: Record<string, Model> = {};
  for (const name of ['base', 'positive', 'negative']) {
    const folder = join(root, 'models/reasoner', name);
    models[name] = await Model.open(folder, 512, () => new RuntimeClient(runtime));
  }
  const rowsOf = async (
    name: string,
    before: number[],
    ids: number[],
  ): Promise<readonly LogprobRow[]> => {
    const nodes = [-1, ...ids.slice(0, -1)].map((token, i) => ({ parent: i - 1, token }));
    return models[name]!.asTokenModel().rows(before, nodes, [...nodes.keys()]);
  };
  const found: Record<string, Record<Method, number[][]>> = {};
  for (const { regime, problem, trace, token, tokens } of golden.traces) {
    const { base, positive, negative } = models as { [name: string]: Model };
    const end = base!.asTokenModel().ends[0]!;
    const before = [...base!.tokenizer.encode(`${problem}\n`).ids];
    const ids = [...base!.tokenizer.encode(trace).ids, end];
    expect(ids.length).toBe(tokens);
    const whole = [...base!.tokenizer.encode(`${problem}\n${trace}`).ids, end];
    expect([...before, ...ids]).toEqual(whole);
    expect([positive!.tokenizer.vocabSize, negative!.tokenizer.vocabSize]).toEqual([512, 512]);
    const [own, good, bad] = await Promise.all(
      ['base', 'positive', 'negative'].map(name => rowsOf(name, before, ids)),
    );
    const single = ids.map((id, i) => uncertaintyOf(own![i]!, id));
    const pair = ids.map((id, i) => contrastOf(good![i]!, bad![i]!, id));
    const scores: Record<Method, number[]> = {
      surprisal: single.map(({ surprisal }) => surprisal),
      entropy: single.map(({ entropy }) => entropy),
      varentropy: single.map(({ varentropy }) => varentropy),
      gap: single.map(({ gap }) => gap),
      ratio: pair.map(logRatioOf),
      divergence: pair.map(({ divergence }) => divergence),
      contrast: pair.map(one => contrastScore(one)),
    };
    const ofRegime = (found[regime] ??= Object.fromEntries(
      METHODS.map(method => [method, []]),
    ) as unknown as Record<Method, number[][]>);
    for (const method of METHODS) {
      const rank = rankOf(scores[method], token);
      ofRegime[method].push([
        auc(scores[method], token),
        aucBefore(scores[method], token),
        Number(rank === 1),
        Number(rank <= 3),
        1 / rank,
      ]);
    }
    const swapped = pair.map(one => -logRatioOf(one));
    expect(auc(scores.ratio, token) + auc(swapped, token)).toBeCloseTo(1, 12);
  }
  for (const model of Object.values(models)) model.dispose();
  let furthest = 0;
  for (const [regime, methods] of Object.entries(found)) {
    console.log(`${regime}, ${methods.contrast.length} traces: AUC, AUC-pre, hit@1, hit@3, MRR`);
    for (const method of METHODS) {
      const mean = (k: number) => {
        const values = methods[method].map(row => row[k]!).filter(value => !Number.isNaN(value));
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      const torch = golden.auc[regime]![method];
      furthest = Math.max(furthest, Math.abs(mean(0) - torch));
      const figures = [0, 1, 2, 3, 4].map(k => mean(k).toFixed(4)).join('  ');
      console.log(`  ${method.padEnd(11)} ${figures}   PyTorch ${torch.toFixed(4)}`);
    }
  }
  console.log(`furthest from PyTorch: ${furthest.toExponential(1)}`);
  expect(furthest).toBeLessThan(1e-3);
});
