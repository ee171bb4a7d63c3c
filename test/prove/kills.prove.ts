// The engine killed 200 times at random moments of an inspection with the built-in model: every request is
// answered all the same, with the scores that an engine which nobody kills gives for the same text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random';
import { Engine } from '../../src/editor/engine/engineClient';
import type { TokenView } from '../../src/protocol/scores';
import { bundleEngine } from '../support/engineBundle';
import { seedOr } from '../support/seed';

const KILLS = 200;
const root = join(import.meta.dirname, '../..');

test(`${KILLS} kills, ${KILLS} recoveries`, async () => {
  const path = join(await bundleEngine(), 'engine.js');
  const start = () =>
    new Engine({
      path,
      model: () => ({ folder: join(root, 'models/coder'), contextLimit: 2048 }),
      onOutput: () => {},
    });
  const [victim, undisturbed] = [start(), start()];
  const source = readFileSync(join(root, 'esbuild.mjs'), 'utf8');
  const inspect = (engine: Engine, text: string): Promise<TokenView> =>
    engine.call(async ({ remote, texts }) => {
      const uri = 'a';
      const version = (texts.get(uri) ?? 0) + 1;
      texts.set(uri, version);
      await remote.setDocument({ uri, version, text });
      await remote.score({ passes: ['tokens'], uri, version, visible: [], maxTokens: 1e9 });
      const range = { utf16Start: 0, utf16End: text.length };
      return remote.view({ uri, version, range, maxTokens: 1e6 });
    });

  await inspect(undisturbed, source);
  const random = seededRandom(seedOr(1));
  let [recovered, missed, furthest] = [0, 0, 0];
  while (recovered < KILLS) {
    const round = recovered + missed;
    // The first line differs, so that no round finds the scores of the one before.
    const text = `// round ${round}\n${source}`;
    const began = performance.now();
    const expected = await inspect(undisturbed, text);
    let span = performance.now() - began;
    // Every other round begins without a process, so that some die while they start or open the model.
    if (round % 2) {
      victim.stop();
      span += 800;
    }
    let answered = false;
    const answer = inspect(victim, text).finally(() => (answered = true));
    await new Promise(resolve => setTimeout(resolve, random() * span));
    // Between the engine's end and its restart there is nobody to kill; after the answer it is too late.
    const { pid } = victim;
    const isKilled = !answered && pid !== undefined;
    if (isKilled) process.kill(pid, 'SIGKILL');
    const view = await answer;
    expect(view.pending).toBe(0);
    expect(view.scores!.logprobs.length).toBe(expected.scores!.logprobs.length);
    view.scores!.logprobs.forEach((logprob, token) => {
      furthest = Math.max(furthest, Math.abs(logprob - expected.scores!.logprobs[token]!));
    });
    if (isKilled) recovered++;
    else missed++;
  }
  victim.stop();
  undisturbed.stop();
  expect(furthest).toBeLessThan(1e-4);
  console.log(
    `${KILLS} processes killed in the middle of ${KILLS + missed} inspections, all answered; ` +
      `furthest logprob from an undisturbed engine ${furthest.toExponential(1)} nats`,
  );
});
