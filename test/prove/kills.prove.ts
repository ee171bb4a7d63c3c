// The engine killed 200 times at random moments of an inspection with the built-in model: every request is
// answered all the same, with the scores that an undisturbed engine gives.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Engine } from '../../src/editor/engine';
import type { TokenView } from '../../src/protocol/engine';
import { bundleEngine } from '../support/engineBundle';

const KILLS = 200;
const root = join(import.meta.dirname, '../..');

test(`${KILLS} kills, ${KILLS} recoveries`, async () => {
  const bundle = await bundleEngine();
  const text = readFileSync(join(root, 'esbuild.mjs'), 'utf8');
  const engine = new Engine({
    path: join(bundle, 'engine.js'),
    model: () => ({ folder: join(root, 'models/coder'), contextLimit: 2048 }),
    onScored: () => {},
    onOutput: () => {},
  });
  const inspect = (uri: string): Promise<TokenView> =>
    engine.call(async ({ remote, texts }) => {
      texts.set(uri, 1);
      await remote.setDocument({ uri, version: 1, text });
      await remote.score({ uri, version: 1, visible: [], maxTokens: 1e9 });
      const range = { utf16Start: 0, utf16End: text.length };
      return remote.view({ uri, version: 1, range, maxTokens: 1e6 });
    });

  const reference = await inspect('reference');
  const began = performance.now();
  await inspect('timed');
  engine.stop();
  const whole = performance.now() - began + 700;
  let recovered = 0;
  let missed = 0;
  while (recovered < KILLS) {
    let answered = false;
    const uri = `round ${recovered + missed}`;
    const answer = inspect(uri).finally(() => (answered = true));
    await new Promise(resolve => setTimeout(resolve, Math.random() * whole));
    // Between the engine's end and its restart there is nobody to kill; after the answer it is too late.
    const { pid } = engine;
    const isKilled = !answered && pid !== undefined;
    if (isKilled) process.kill(pid, 'SIGKILL');
    const view = await answer;
    expect(view.pending).toBe(0);
    const furthest = view.scores!.logprobs.reduce(
      (most, logprob, token) =>
        Math.max(most, Math.abs(logprob - reference.scores!.logprobs[token]!)),
      0,
    );
    expect(furthest).toBeLessThan(1e-4);
    if (isKilled) recovered++;
    else missed++;
  }
  engine.stop();
  console.log(
    `${recovered} processes killed in the middle, ${recovered} inspections answered in full`,
  );
  expect(recovered).toBe(KILLS);
});
