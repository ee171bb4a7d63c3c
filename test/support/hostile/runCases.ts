// Opens the cases of the proof in processes that are ended at a limit of time or memory.
import { fork, type ChildProcess } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../paths';
import type { Answer, Begun, Task } from './child';
import { kindOf } from './kinds';

export const LIMIT_MS = 10_000;
export const LIMIT_BYTES = 2 ** 30;
const PROCESSES = 2;
const LOOK_MS = 50;

export interface Run {
  readonly answers: readonly Answer[];
  /** Of one file: what is not a result or a clear line within the limits, and where its files are kept. */
  readonly failures: readonly string[];
  /** How much longer than on a quiet machine everything takes. */
  readonly slowness: number;
}

/** `numbers`: of the cases. */
export async function runCases(seed: number, numbers: readonly number[]): Promise<Run> {
  const slowness = measureSlowness();
  const place = mkdtempSync(join(tmpdir(), 'hostile-'));
  const program = await bundleChild();
  const [answers, failures]: [Answer[], string[]] = [[], []];
  const left = [...numbers].reverse();
  const work = async () => {
    const child = new Child(program, slowness);
    try {
      for (let number = left.pop(); number !== undefined; number = left.pop()) {
        const folder = join(place, String(number));
        const task = { seed, number, folder };
        let answer = await child.answer(task);
        // What was slow may have waited for other processes.
        if (answer.outcome === 'defect' && answer.ms > LIMIT_MS * slowness) {
          rmSync(folder, { recursive: true, force: true });
          answer = await child.answer(task);
        }
        answers.push(answer);
        const problem = problemOf(answer, slowness);
        if (problem) failures.push(`${problem}\n  ${keep(folder, seed, answer)}`);
        rmSync(folder, { recursive: true, force: true });
      }
    } finally {
      child.end();
    }
  };
  try {
    await Promise.all(Array.from({ length: PROCESSES }, work));
  } finally {
    rmSync(place, { recursive: true, force: true });
    rmSync(program, { force: true });
  }
  return { answers, failures, slowness };
}

function problemOf({ outcome, words, ms, grownBytes }: Answer, slowness: number): string {
  if (outcome === 'defect') return words;
  if (ms > LIMIT_MS * slowness) return `took ${Math.round(ms)} ms`;
  if (grownBytes > LIMIT_BYTES) return `needed ${grownBytes >> 20} MB`;
  return '';
}

/** Copies a case's files; says where they are and how it is made again. */
function keep(folder: string, seed: number, { kind, number }: Answer): string {
  const kept = join(root, `.cache/hostile/${seed}-${number}`);
  rmSync(kept, { recursive: true, force: true });
  // Pipes and devices cannot be copied, and are made again with the case.
  cpSync(folder, kept, {
    recursive: true,
    filter: path => !/[/\\]opened[/\\]/.test(path) || isPlain(path),
  });
  return `${kind}, kept in ${kept}; again: SEED=${seed} CASE=${number} npm run prove -- hostile`;
}

function isPlain(path: string): boolean {
  const stats = lstatSync(path);
  return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
}

/** One process after another: the next is started when a case has ended the one before. */
class Child {
  private process: ChildProcess | undefined;

  constructor(
    private readonly program: string,
    private readonly slowness: number,
  ) {}

  async answer(task: Task): Promise<Answer> {
    const child = (this.process ??= await this.start());
    return new Promise(resolve => {
      let [begun, before] = [performance.now(), memoryOf(child)];
      const settle = (answer: Answer) => {
        clearInterval(watch);
        child.off('message', onMessage).off('exit', onExit);
        resolve(answer);
      };
      const ended = (words: string, grownBytes = 0) => {
        this.end();
        const ms = performance.now() - begun;
        settle({
          ...task,
          kind: kindOf(task.number),
          outcome: 'defect',
          words,
          ms,
          cpuMs: ms,
          grownBytes,
        });
      };
      const watch = setInterval(() => {
        const grown = memoryOf(child) - before;
        const ms = performance.now() - begun;
        if (grown > LIMIT_BYTES) ended(`needed more than ${grown >> 20} MB`, grown);
        else if (ms > LIMIT_MS * this.slowness) ended(`had no answer after ${Math.round(ms)} ms`);
      }, LOOK_MS);
      const onMessage = (message: Begun | Answer) => {
        if ('begun' in message) [begun, before] = [performance.now(), memoryOf(child)];
        else settle(message);
      };
      const onExit = (code: number | null, signal: string | null) =>
        ended(`the process ended with ${signal ?? `code ${code}`}`);
      child.on('message', onMessage).once('exit', onExit);
      child.send(task);
    });
  }

  end(): void {
    this.process?.removeAllListeners('exit').kill('SIGKILL');
    this.process = undefined;
  }

  private start(): Promise<ChildProcess> {
    const child = fork(this.program, {
      execArgv: ['--enable-source-maps', `--max-old-space-size=${LIMIT_BYTES >> 20}`],
    });
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(child)).once('error', reject);
    });
  }
}

/** Bytes; 0 where the system does not say. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}

/** Inside the repository, where `onnxruntime-node` is found. */
async function bundleChild(): Promise<string> {
  const outfile = join(root, `.cache/test/hostile-${process.pid}.cjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['test/support/hostile/child.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node'],
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/support')) },
    sourcemap: 'inline',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}

/** What `measureSlowness` takes on a quiet machine of two cores. */
const QUIET_MS = 250;
const ROUNDS = 5e7;

/** At least 1: by the time that a sum takes. */
function measureSlowness(): number {
  const begun = performance.now();
  let sum = 0;
  for (let i = 0; i < ROUNDS; i++) sum = (sum + Math.imul(i, 0x9e3779b1)) | 0;
  // Used, so that the loop is not left out.
  if (sum === 0.5) throw new Error('no whole number');
  return Math.max(1, (performance.now() - begun) / QUIET_MS);
}
