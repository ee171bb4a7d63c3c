// The engine as the editor sees it: started when first asked for, restarted quietly when it dies, given up
// only when one request kills it twice. Knows no vscode, so that tests can run it in plain Node.
import { UserError } from '../../core/errors';
import type { Remote } from '../../protocol/channel';
import type { TokenizerInfo } from '../../protocol/compare';
import type { EngineApi, EngineEvents } from '../../protocol/engine';
import type { ModelInfo } from '../../protocol/models';
import type { PairMembers } from '../../protocol/traces';
import { EngineProcess } from './engineProcess';
import type { WatchdogLimits } from './watchdog';

export type EngineStatus =
  | { kind: 'stopped' }
  | { kind: 'starting' }
  | { kind: 'ready'; model: ModelInfo; second: TokenizerInfo | null; secondProblem: string }
  | { kind: 'failed'; message: string };

export interface EngineOptions {
  /** Path of the engine's bundle. */
  path: string;
  /** Read at every start: which model to open. */
  model(): { folder: string; contextLimit: number };
  /** Read at every start: path of the tokenizer that the model's is compared with; empty: none. */
  comparedTokenizer?(): string;
  /** Read at every start: the positive and the negative model; none: those that the model's folder names. */
  pair?(): PairMembers | undefined;
  /** The engine's own output, and what became of it, for the log. */
  onOutput(line: string): void;
  /** For tests: when an engine counts as one that hangs. */
  silence?: WatchdogLimits;
}

/** A running engine with its model open. */
export interface RunningEngine {
  readonly remote: Remote<EngineApi>;
  readonly model: ModelInfo;
  readonly texts: Map<string, number>;
  /** Where what is kept of one process is kept. */
  readonly process: Pick<EngineProcess, 'sae'>;
}

const DEATHS_ALLOWED = 2;

export class Engine {
  private process: EngineProcess | undefined;
  private opening: Promise<RunningEngine> | undefined;
  private current: EngineStatus = { kind: 'stopped' };
  private readonly listeners = new Set<(state: EngineStatus) => void>();
  private readonly eventListeners = new Map<keyof EngineEvents, Set<(event: never) => void>>();

  constructor(private readonly options: EngineOptions) {}

  get state(): EngineStatus {
    return this.current;
  }

  onDidChangeState(listener: (state: EngineStatus) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Subscribes to what the engine reports under a name, of every process that it runs in. */
  onEvent<K extends keyof EngineEvents>(
    name: K,
    listener: (event: EngineEvents[K]) => void,
  ): { dispose(): void } {
    const listeners = this.eventListeners.get(name) ?? new Set();
    this.eventListeners.set(name, listeners.add(listener));
    return { dispose: () => listeners.delete(listener) };
  }

  /** For tests that kill it. */
  get pid(): number | undefined {
    return this.process?.isGone ? undefined : this.process?.pid;
  }

  /** The texts of the running engine, if one runs: for edits that need not start one. */
  get running(): Pick<RunningEngine, 'remote' | 'texts'> | undefined {
    return this.process?.isGone ? undefined : this.process;
  }

  /** Runs a request, once more if the engine dies under it. Throws `UserError` if it dies again. */
  async call<T>(request: (engine: RunningEngine) => Promise<T>): Promise<T> {
    for (let deaths = 0; ;) {
      const process = (this.process = this.alive());
      try {
        return await process.watched((this.opening ??= this.open(process)).then(request));
      } catch (error) {
        if (!(await process.hasEnded())) throw error;
        if (this.process === process) deaths++;
        if (deaths < DEATHS_ALLOWED) continue;
        const message = `The engine stopped twice on one request (${await process.exited}).`;
        this.enter({ kind: 'failed', message });
        throw new UserError(`${message} "Tokenscope: Show Log" says more.`);
      }
    }
  }

  /** Ends the process; the next request starts another, with the model that is chosen then. */
  stop(): void {
    this.process?.kill();
    this.process = undefined;
    this.opening = undefined;
    this.enter({ kind: 'stopped' });
  }

  /** Opens the second tokenizer that is chosen now, or closes it. */
  async compare(): Promise<void> {
    await this.call(async ({ remote, model }) => {
      const second = await this.openSecond(remote);
      this.enter({ kind: 'ready', model, ...second });
    });
  }

  /** Sends the engine the pair that is chosen now. */
  async contrast(): Promise<void> {
    await this.call(async ({ remote }) => {
      await this.choosePair(remote);
      this.enter(this.current);
    });
  }

  private choosePair(remote: Remote<EngineApi>): Promise<void> {
    const members = this.options.pair?.();
    return remote.choosePair(members ? { members } : {});
  }

  /** A second tokenizer that cannot be opened leaves the model usable. */
  private async openSecond(
    remote: Remote<EngineApi>,
  ): Promise<{ second: TokenizerInfo | null; secondProblem: string }> {
    const path = this.options.comparedTokenizer?.() ?? '';
    try {
      return { second: await remote.compareWith({ path }), secondProblem: '' };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await remote.compareWith({ path: '' });
      return { second: null, secondProblem: error.message };
    }
  }

  get second(): TokenizerInfo | null {
    return this.current.kind === 'ready' ? this.current.second : null;
  }

  private alive(): EngineProcess {
    if (this.process && !this.process.isGone) return this.process;
    const { path, onOutput, silence } = this.options;
    const onEvent = (name: keyof EngineEvents, event: EngineEvents[keyof EngineEvents]) => {
      for (const listener of this.eventListeners.get(name) ?? []) listener(event as never);
    };
    const process = new EngineProcess(path, { onEvent, onOutput }, silence);
    this.opening = undefined;
    void process.exited.then(reason => {
      this.options.onOutput(`engine ${process.pid ?? ''} ended: ${reason}`);
      if (this.process !== process) return;
      this.opening = undefined;
      if (this.current.kind !== 'failed') this.enter({ kind: 'stopped' });
    });
    return process;
  }

  private async open(process: EngineProcess): Promise<RunningEngine> {
    this.enter({ kind: 'starting' });
    try {
      const model = await process.remote.openModel(this.options.model());
      const second = await this.openSecond(process.remote);
      await this.choosePair(process.remote);
      this.enter({ kind: 'ready', model, ...second });
      return { remote: process.remote, model, texts: process.texts, process };
    } catch (error) {
      if (!process.isGone) this.enter({ kind: 'failed', message: (error as Error).message });
      this.opening = undefined;
      throw error;
    }
  }

  private enter(state: EngineStatus): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }
}
