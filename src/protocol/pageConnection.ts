// The connection between the editor and a webview's page, which can only post messages.
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc';

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
