// The engine as the editor sees it: started when first asked for, restarted quietly when it dies, given up only when one
// request kills it twice. What is open stays open until another choice has been opened. Knows no vscode, so that tests can
// run it in plain Node.
import { Cancelled, UserError } from '../../core/errors';
import type { Handlers, Remote } from '../../protocol/channel';
import type { HostApi } from '../../protocol/host';
import type { TokenizerInfo } from '../../protocol/compare';
import type { EngineApi, EngineEvents } from '../../protocol/engine';
import type { ModelInfo } from '../../protocol/models';
import type { PairMembers } from '../../protocol/traces';
import type { WorkTask } from '../../protocol/work';
import type * as processes from './engineProcess';
import { Openings, type Opening } from './openings';
import type { WatchdogLimits } from './watchdog';

export type EngineStatus =
  | { kind: 'stopped' }
  | { kind: 'starting' }
  | { kind: 'ready'; model: ModelInfo; second: TokenizerInfo | null; secondProblem: string }
  | { kind: 'failed'; message: string };

export interface ModelChoice {
  readonly folder: string;
  readonly contextLimit: number;
  /** Of the weights, where the folder has it. */
  readonly dtype?: string | undefined;
}

export interface EngineOptions {
  /** Path of the engine's bundle. */
  path: string;
  /** The model that is chosen: read when none is open yet. */
  model(): ModelChoice;
  /** Read at every start: path of the tokenizer that the model's is compared with; empty: none. */
  comparedTokenizer?(): string;
  /** Read at every start: the positive and the negative model; none: those that the model's folder names. */
  pair?(): PairMembers | undefined;
  /** The engine's own output, and what became of it, for the log. */
  onOutput(line: string): void;
  /** Hears of the opening of a model that takes its time. */
  onLongOpening?(opening: Opening): void;
  /** What the engine may ask of this process. */
  host?: Handlers<HostApi>;
  /** For tests: when an engine counts as one that hangs. */
  silence?: WatchdogLimits;
}

/** A running engine with its model open. */
export interface RunningEngine {
  readonly remote: Remote<EngineApi>;
  readonly model: ModelInfo;
  readonly texts: Map<string, number>;
  /** Where what is kept of one process is kept. */
  readonly process: Pick<processes.EngineProcess, 'sae'>;
}

const DEATHS_ALLOWED = 2;
const OTHER_MODEL = 'Open another one with "Tokenscope: Choose Model or Tokenizer…".';

export class Engine {
  /** What commands show the progress of. */
  readonly shownWork = new Set<WorkTask>();
  readonly openings = new Openings(opening => this.options.onLongOpening?.(opening));
  /** The module of its process, loaded with the first one. */
  private lazy: typeof processes | undefined;
  private process: processes.EngineProcess | undefined;
  private opening: Promise<RunningEngine> | undefined;
  /** What was opened last: a process that dies is replaced by one with the same, whatever the settings say by then. */
  private opened: { model?: ModelChoice; second?: string } = {};
  /** The newest `switchModel`. */
  private switching: symbol | undefined;
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

  /**
   * Runs a request, once more if the engine dies under it. Throws `UserError` if it dies again, `Cancelled` if the request
   * does: nobody waits for it any more.
   */
  async call<T>(request: (engine: RunningEngine) => Promise<T>): Promise<T> {
    await this.load();
    for (let deaths = 0; ;) {
      const process = (this.process = this.alive());
      try {
        return await process.watched((this.opening ??= this.open(process)).then(request));
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        const isReplaced = this.process !== undefined && this.process !== process;
        if (!(await process.hasEnded()) && !isReplaced) throw error;
        if (this.process === process) deaths++;
        if (deaths < DEATHS_ALLOWED) continue;
        const message = `The engine stopped twice on the same request (${await process.exited}).`;
        this.enter({ kind: 'failed', message });
        throw new UserError(`${message} Run "Tokenscope: Show Log" for details.`);
      }
    }
  }

  /**
   * Runs a request that needs no model, in a process of its own, which ends with it or when `signal` is aborted: whatever
   * it reads cannot harm what is open. Throws `Cancelled` when aborted.
   */
  async aside<T>(
    request: (remote: Remote<EngineApi>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    await this.load();
    if (signal.aborted) throw new Cancelled();
    const process = this.start();
    const end = () => process.kill();
    signal.addEventListener('abort', end);
    try {
      return await process.watched(request(process.remote));
    } catch (error) {
      throw signal.aborted ? new Cancelled() : error;
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  /** Ends the process; the next request starts another, with the model that is chosen then. */
  stop(): void {
    if (this.process) this.openings.retire(this.process);
    this.process = undefined;
    this.opening = undefined;
    this.opened = {};
    this.switching = undefined;
    this.enter({ kind: 'stopped' });
  }

  /** Whether a model is open, or would be again at the next request: then it need not be switched to. */
  hasOpened({ folder, contextLimit, dtype }: ModelChoice): boolean {
    const { model } = this.opened;
    return model?.folder === folder && model.contextLimit === contextLimit && model.dtype === dtype;
  }

  /**
   * Opens a model in a process of its own, which then takes the place of the one before. Throws `UserError` where it
   * cannot be opened, `Cancelled` where the user cancels it or chooses again meanwhile: what was open still is.
   */
  async switchModel(choice = this.options.model()): Promise<void> {
    const ticket = this.supersede();
    await this.load();
    if (this.switching !== ticket && this.switching) throw new Cancelled();
    const process = this.start();
    let isOpen = false;
    try {
      const request = process.watched(process.remote.openModel(choice));
      const model = await this.openings.during(process, choice.folder, 'asked', request);
      isOpen = true;
      const second = await this.openSecond(process.remote);
      await this.choosePair(process.remote);
      if (this.switching !== ticket) {
        if (this.switching) throw new Cancelled();
        // The engine was stopped: the next request opens what is chosen then.
        return process.kill();
      }
      const before = this.process;
      this.process = process;
      this.opened.model = choice;
      this.opening = Promise.resolve(runningEngine(process, model));
      if (before) this.openings.retire(before);
      // Those who hold something of the model before let go of it.
      this.enter({ kind: 'starting' });
      this.enter({ kind: 'ready', model, ...second });
    } catch (error) {
      if (!isOpen && error instanceof Cancelled) throw error;
      const reason = (await process.hasEnded()) ? await process.exited : undefined;
      process.kill();
      throw reason === undefined
        ? error
        : new UserError(`The engine stopped while it opened ${choice.folder} (${reason}).`);
    }
  }

  /** What is open was chosen again: a model that `switchModel` opens at the moment does not take its place. */
  keepOpened(): void {
    this.supersede();
  }

  /** Of what `switchModel` opens at the moment, the process ends at once. */
  private supersede(): symbol {
    for (const opening of this.openings.current) if (opening.kind === 'asked') opening.cancel();
    return (this.switching = Symbol());
  }

  /** Opens the second tokenizer that is chosen now, or closes it. Throws `UserError` where it cannot be opened. */
  async compare(): Promise<void> {
    await this.call(async ({ remote, model }) => {
      const second = await this.openSecond(remote);
      this.enter({ kind: 'ready', model, ...second });
      if (second.secondProblem) throw new UserError(second.secondProblem);
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

  /** A second tokenizer that cannot be opened leaves the model usable, and the one that was opened before. */
  private async openSecond(
    remote: Remote<EngineApi>,
  ): Promise<{ second: TokenizerInfo | null; secondProblem: string }> {
    const path = this.options.comparedTokenizer?.() ?? '';
    try {
      const second = await remote.compareWith({ path });
      this.opened.second = path;
      return { second, secondProblem: '' };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { second: before = '' } = this.opened;
      const second = await remote.compareWith({ path: before }).catch(() => null);
      return { second, secondProblem: error.message };
    }
  }

  get second(): TokenizerInfo | null {
    return this.current.kind === 'ready' ? this.current.second : null;
  }

  private async load(): Promise<void> {
    this.lazy ??= await import('./engineProcess');
  }

  private alive(): processes.EngineProcess {
    if (this.process && !this.process.isGone) return this.process;
    this.opening = undefined;
    return this.start();
  }

  private start(): processes.EngineProcess {
    const { path, onOutput, host, silence } = this.options;
    const onEvent = (name: keyof EngineEvents, event: EngineEvents[keyof EngineEvents]) => {
      if (name === 'preparing') this.openings.heard(process, event as EngineEvents['preparing']);
      for (const listener of this.eventListeners.get(name) ?? []) listener(event as never);
    };
    const process = new this.lazy!.EngineProcess(path, { onEvent, onOutput, host }, silence);
    void process.exited.then(reason => {
      this.openings.end(process);
      this.options.onOutput(`engine ${process.pid ?? ''} ended: ${reason}`);
      if (this.process !== process) return;
      this.opening = undefined;
      if (this.current.kind !== 'failed') this.enter({ kind: 'stopped' });
    });
    return process;
  }

  private async open(process: processes.EngineProcess): Promise<RunningEngine> {
    this.enter({ kind: 'starting' });
    try {
      const choice = this.opened.model ?? this.options.model();
      const request = process.remote.openModel(choice);
      const model = await this.openings.during(process, choice.folder, 'main', request);
      const second = await this.openSecond(process.remote);
      await this.choosePair(process.remote);
      if (this.process === process) this.opened.model = choice;
      this.enter({ kind: 'ready', model, ...second });
      return runningEngine(process, model);
    } catch (error) {
      const failure = failureOf(error);
      if (this.process !== process) throw failure;
      if (!process.isGone) {
        this.opened = {};
        this.enter({ kind: 'failed', message: (failure as Error).message });
      }
      this.opening = undefined;
      // It tidies up and ends: the next request starts another one.
      if (error instanceof Cancelled) this.process = undefined;
      throw failure;
    }
  }

  private enter(state: EngineStatus): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }
}

/** What is said of a first model that does not open. */
function failureOf(error: unknown): unknown {
  if (error instanceof Cancelled)
    return new UserError(`No model is open: opening it was cancelled. ${OTHER_MODEL}`);
  return error instanceof UserError ? new UserError(`${error.message} ${OTHER_MODEL}`) : error;
}

function runningEngine(process: processes.EngineProcess, model: ModelInfo): RunningEngine {
  return { remote: process.remote, model, texts: process.texts, process };
}
