// A GGUF file beside llama.cpp, in processor time of as many threads: 199 tokens, and a token after them; and exact next
// bytes and completions with its vocabulary, at places of code and of prose. `SMOLLM2_GGUF` names the file, TOKENSCOPE_PYTHON a Python
// that has `xllamacpp` and `gguf`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Healing } from '../../src/core/completion/healingStarts';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { completeAt } from '../../src/engine/completion/completer';
import { Model } from '../../src/engine/models/model';
import { builtFromGguf } from '../../src/engine/models/sources/gguf/ggufSource';
import { OpenGraph } from '../../src/engine/onnx/session/openGraph';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { threadCount } from '../../src/engine/onnx/session/sessionOptions';
import { nextBytes } from '../../src/engine/scoring/nextBytes';
import type { CompletionOptions } from '../../src/protocol/completion';
import { bundleEngine } from '../support/engineBundle';
import { cutsOf, KINDS, ownProse, ownSources } from './codeCuts';

const READ = 199;
const ROUNDS = Number(process.env.TOKENSCOPE_ROUNDS ?? 5);
const PLACES = Number(process.env.TOKENSCOPE_CUTS ?? 100);
const TOKENS = 16;
const root = join(import.meta.dirname, '../..');

export default { name: 'A GGUF file', run };

async function run() {
  const file = process.env.SMOLLM2_GGUF;
  if (!file) {
    console.log('  not measured: SMOLLM2_GGUF names no file');
    return [];
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-bench-'));
  process.env.TOKENSCOPE_CACHE = scratch;
  const runtime = join(await bundleEngine(), 'runtime.js');
  const model = await Model.open(file, 2048, () => new RuntimeClient(runtime));
  try {
    const code = model.tokenizer.encode(ownSources().join('\n')).ids;
    // Other tokens in every round: nothing is kept from the one before.
    const lists = Array.from({ length: ROUNDS }, (_, i) => code.slice(i * 1000, i * 1000 + READ));
    const ours = await readAndGoOn(file, scratch, lists);
    const rows = [...besideLlama(file, lists, ours), ...(await atPlaces(model, ours.token))];
    return rows;
  } finally {
    model.dispose();
    rmSync(scratch, { recursive: true });
  }
}

interface Times {
  /** Milliseconds of the processor. */
  readonly read: number;
  readonly token: number;
}

async function readAndGoOn(
  path: string,
  cacheFolder: string,
  lists: Uint32Array[],
): Promise<Times> {
  const { architecture, built } = await builtFromGguf(path, { cacheFolder, packs: false });
  const shape = { contextTokens: 1024, layers: architecture.layers.length };
  const graph = await OpenGraph.open({ folder: root, onnxPath: path, built, ...shape });
  const nodes = [{ parent: -1, token: -1 }];
  const after = (prefix: Uint32Array) => graph.forwardTree({ prefix, nodes, wanted: [0] });
  let [read, token] = [Infinity, Infinity];
  for (const ids of lists) {
    read = Math.min(read, await timed(() => after(ids)));
    const all = [...ids];
    const ms = await timed(async () => {
      for (let i = 0; i < TOKENS; i++) {
        all.push(ids[i]!);
        await after(Uint32Array.from(all));
      }
    });
    token = Math.min(token, ms / TOKENS);
  }
  await graph.close();
  return { read, token };
}

function* besideLlama(file: string, lists: Uint32Array[], ours: Times) {
  const python = process.env.TOKENSCOPE_PYTHON;
  if (!python) {
    console.log('  beside llama.cpp: not measured, TOKENSCOPE_PYTHON names no Python that has it');
    return;
  }
  for (const [rival, floats] of [
    ['llama.cpp, the same 32-bit floats', ['--floats']],
    ['llama.cpp, the file as it is, activations rounded to 8 bits', []],
  ] as const) {
    const command = ['-m', 'training.bench.llama', file, '--threads', String(threadCount())];
    const input = JSON.stringify(lists.map(ids => [...ids]));
    const output = execFileSync(python, [...command, ...floats], {
      cwd: root,
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const rows = JSON.parse(output.trim().split('\n').at(-1)!) as Times[];
    for (const [what, key] of [
      [`${READ} tokens`, 'read'],
      ['a token after them', 'token'],
    ] as const) {
      const theirs = 1000 * Math.min(...rows.map(row => row[key]));
      yield {
        label: what,
        ratio: theirs / ours[key],
        rival,
        detail: `${ours[key].toFixed(1)} ms of the processor against ${theirs.toFixed(1)}`,
      };
    }
  }
}

async function atPlaces(model: Model, tokenMs: number) {
  const each = Math.ceil(PLACES / KINDS.length / 2);
  const cuts = [ownSources(), ownProse()].flatMap(texts =>
    cutsOf(model, KINDS, each, 1, 600, texts),
  );
  const nodes: number[] = [];
  const next: number[] = [];
  const completed: number[] = [];
  const plain: number[] = [];
  const through: number[] = [];
  for (const { before } of cuts) {
    const text = new TextDecoder().decode(before);
    const tokens = model.tokenizer.encode(text);
    const ask = () => nextBytes(model, { bytes: encodeUtf8(text), tokens }, before.length, 'e2');
    // The text before is known.
    await ask();
    next.push(await timed(async () => void nodes.push((await ask()).nodes)));
    const complete = (healing: Healing) =>
      completeAt(model, text, text.length, optionsFor(healing), new AbortController().signal);
    await complete('none');
    plain.push(await timed(() => complete('none')));
    completed.push(
      await timed(async () => void through.push((await complete('exact')).modelTokens)),
    );
  }
  const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / all.length;
  return [
    {
      label: `an exact next byte at ${cuts.length} places of code and prose`,
      ratio: tokenMs / mean(next),
      rival: 'a token alone',
      detail: `nodes ${told(nodes)}; ms of the processor where the text before is known ${told(next)}`,
    },
    {
      label: `a completion of ${TOKENS} tokens begun exactly`,
      ratio: mean(plain) / mean(completed),
      rival: 'begun after the last token',
      detail: `tokens through the model ${told(through)}; ms of the processor ${told(completed)} against ${told(plain)}`,
    },
  ];
}

function optionsFor(healing: Healing): CompletionOptions {
  return {
    healings: [healing],
    mode: 'none',
    rollback: 'auto',
    suffixFrom: 'auto',
    contextTokens: 512,
    maxTokens: TOKENS,
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
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function told(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0);
  return `median ${at(0.5)}, mean ${mean.toFixed(1)}, 90 % within ${at(0.9)}, at most ${at(1)}`;
}
