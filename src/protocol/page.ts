// What crosses between the editor and the inspector's page, and the connection that carries it.
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc';
import type { LensId } from '../core/lenses';
import type { TokenView } from './engine';

/** What the page may ask the editor. */
export interface HostApi {
  /** The page can draw now; answers what to draw first. */
  ready(params: Record<string, never>): InspectorState;
  run(params: { command: PageCommand }): void;
}
export const hostMethods = ['ready', 'run'] as const satisfies readonly (keyof HostApi)[];

export type PageCommand = 'toggleOverlay' | 'chooseLens' | 'nextPeak' | 'previousPeak' | 'showLog';

/** Notification to the page, with an `InspectorState`. */
export const SHOW = 'show';

/** All that the page draws: it keeps nothing of its own and can be closed at any moment. */
export interface InspectorState {
  lens: LensId;
  isOn: boolean;
  engine: 'stopped' | 'starting' | 'ready' | 'failed';
  /** Why the engine failed. */
  message: string;
  model: string;
  file: string;
  /** The tokens under the cursor, with details; null where there are none. */
  tokens: TokenView | null;
}

/** Something that posts messages and hears them. */
export interface PagePort {
  post(message: unknown): void;
  listen(receive: (message: unknown) => void): Disposable;
}

export function pageConnection(port: PagePort): MessageConnection {
  return createMessageConnection(new PageReader(port), new PageWriter(port));
}

class PageReader extends AbstractMessageReader {
  constructor(private readonly port: PagePort) {
    super();
  }
  listen(callback: DataCallback): Disposable {
    return this.port.listen(message => callback(message as Message));
  }
}

class PageWriter extends AbstractMessageWriter {
  constructor(private readonly port: PagePort) {
    super();
  }
  async write(message: Message): Promise<void> {
    this.port.post(message);
  }
  end(): void {}
}
