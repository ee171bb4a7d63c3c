// The process that opens files of the proof, one at a time. It is ended from outside where one takes too long.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../src/core/errors';
import { makeCase } from './makeCase';
import { isClear, readers } from './readers';

/** The case `number` of `seed`, in a folder that does not exist yet. */
export interface Task {
  readonly seed: number;
  readonly number: number;
  readonly folder: string;
}

/** Its file is written, and will be opened next. */
export interface Begun {
  readonly begun: number;
}

export interface Answer {
  readonly number: number;
  readonly kind: string;
  /** defect: neither a result nor a clear line, but `words`. */
  readonly outcome: 'result' | 'refusal' | 'defect';
  readonly words: string;
  readonly ms: number;
  /** Of the processors: what others do on the machine does not count. */
  readonly cpuMs: number;
  /** Memory that the process needed for it at most, beyond what it had before. */
  readonly grownBytes: number;
}

process.on('message', ({ seed, number, folder }: Task) => void answer(seed, number, folder));
process.send?.({ begun: -1 } satisfies Begun);

async function answer(seed: number, number: number, folder: string): Promise<void> {
  const { kind, reader, path } = makeCase(seed, number, folder);
  process.env.TOKENSCOPE_CACHE = join(folder, 'cache');
  process.send?.({ begun: number } satisfies Begun);
  resetPeak();
  const before = memoryOf('VmRSS');
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const outcome = await outcomeOf(() => readers[reader](path));
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const grownBytes = Math.max(0, memoryOf('VmHWM') - before);
  process.send?.({
    number,
    kind,
    ms,
    cpuMs: (user + system) / 1000,
    grownBytes,
    ...outcome,
  } satisfies Answer);
}

async function outcomeOf(work: () => Promise<void>): Promise<Pick<Answer, 'outcome' | 'words'>> {
  try {
    await work();
    return { outcome: 'result', words: '' };
  } catch (error) {
    if (error instanceof UserError && isClear(error.message))
      return { outcome: 'refusal', words: error.message };
    const { name, message, stack } = error as Error;
    const words = error instanceof UserError ? `${name}, not one clear line: ${message}` : stack;
    return { outcome: 'defect', words: (words ?? String(error)).slice(0, 3000) };
  }
}

/** Linux counts a process's highest memory anew from here. */
function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** Bytes. Where the system has no such file, what the process has now. */
function memoryOf(field: 'VmRSS' | 'VmHWM'): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024;
}
