// One run of the engine: a forked child and the typed channel to it. It may die at any moment; what was
// pending then rejects, and `exited` says why.
import { fork, type ChildProcess } from 'node:child_process';
import { connect, serve, type Handlers, type Remote } from '../../protocol/channel';
import { engineMethods, type EngineApi, type EngineEvents } from '../../protocol/engine';
import type { SaeInfo } from '../../protocol/features';
import { hostMethods, type HostApi } from '../../protocol/host';
import { ipcConnection } from '../../protocol/ipc';
import { engineEnvironment } from './engineEnvironment';
import { Watchdog, type WatchdogLimits } from './watchdog';

/** Megabytes of JavaScript values; weights and tensors are outside of it. */
const HEAP_MB = 2048;

export interface ProcessListeners {
  /** Whatever the engine reports, under its name. */
  onEvent(name: keyof EngineEvents, event: EngineEvents[keyof EngineEvents]): void;
  onOutput(line: string): void;
  /** What the engine may ask of this process; without it nothing. */
  host?: Handlers<HostApi> | undefined;
}

export class EngineProcess {
  readonly remote: Remote<EngineApi>;
  /** Resolves with the reason once the process is gone. */
  readonly exited: Promise<string>;
  /** Texts that this process holds, by address, with their versions. */
  readonly texts = new Map<string, number>();
  /** The autoencoder that this process was asked to open, once it was. */
  sae: Promise<SaeInfo | null> | undefined;
  private readonly watchdog: Watchdog;
  private readonly child: ChildProcess;
  private gone = false;
  private isSilent = false;

  constructor(
    path: string,
    { onEvent, onOutput, host }: ProcessListeners,
    limits?: WatchdogLimits,
  ) {
    const { TOKENSCOPE_INSPECT } = process.env;
    this.child = fork(path, [], {
      serialization: 'advanced',
      // For "Attach to the engine" of the launch configurations.
      execArgv: [
        `--max-old-space-size=${HEAP_MB}`,
        ...(TOKENSCOPE_INSPECT ? [`--inspect=${TOKENSCOPE_INSPECT}`] : []),
      ],
      env: { ...engineEnvironment(process.env), ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const connection = ipcConnection(this.child);
    // A run of the graph cannot be broken off: nobody has to wait for its end.
    this.remote = connect<EngineApi>(connection, engineMethods, { isPrompt: true });
    connection.onNotification((name, event) =>
      onEvent(name as keyof EngineEvents, event as unknown as EngineEvents[keyof EngineEvents]),
    );
    if (host) serve<HostApi>(connection, hostMethods, host);
    connection.onError(([error]) => onOutput(String(error)));
    connection.listen();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split(/\r?\n/).filter(Boolean)) onOutput(line);
      });
    }
    this.watchdog = new Watchdog(
      () => this.remote.ping({}),
      () => {
        this.isSilent = true;
        this.kill();
      },
      limits,
    );
    this.exited = new Promise(resolve => {
      const end = (reason: string) => {
        if (this.gone) return;
        this.gone = true;
        // Otherwise whatever is pending would stay so for ever.
        connection.dispose();
        resolve(reason);
      };
      this.child.on('error', error => end(error.message));
      this.child.on('exit', (code, signal) =>
        end(this.isSilent ? 'it did not respond' : (signal ?? `exit code ${code}`)),
      );
    });
  }

  /** Ends the process if it hangs before the request is settled. */
  watched<T>(request: Promise<T>): Promise<T> {
    return this.watchdog.during(request);
  }

  get isGone(): boolean {
    return this.gone;
  }

  /** Waits for the exit where the channel broke already: it does so a moment earlier. */
  async hasEnded(): Promise<boolean> {
    if (!this.gone && !this.child.connected) await this.exited;
    return this.gone;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
