// Keeps the engine's copies of the texts equal to the editor's: whole once, then edit by edit.
import { workspace, type Disposable, type TextDocumentChangeEvent } from 'vscode';
import type { DocumentVersion } from '../../protocol/types';
import type { Engine, RunningEngine } from './engineClient';
import type { Text } from '../overlay/textSource';

export class DocumentSync {
  private readonly listeners: Disposable[];

  constructor(private readonly engine: Engine) {
    this.listeners = [
      workspace.onDidChangeTextDocument(event => this.edited(event)),
      workspace.onDidCloseTextDocument(document => {
        // A document that has another language now is called closed, and opened, while it stays what it is.
        if (document.isClosed) this.close(document);
      }),
    ];
  }

  /** Sends the text if this engine does not have it yet. The calls after it arrive after it. */
  ensureSent(engine: RunningEngine, document: Text): DocumentVersion {
    const uri = document.uri.toString();
    const { version } = document;
    if (engine.texts.get(uri) !== version) {
      engine.texts.set(uri, version);
      this.send(engine.remote.setDocument({ uri, version, text: document.getText() }));
    }
    return { uri, version };
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private edited({ document, contentChanges }: TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    const running = this.engine.running;
    if (!running?.texts.has(uri) || contentChanges.length === 0) return;
    running.texts.set(uri, document.version);
    const edits = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      utf16Start: rangeOffset,
      utf16End: rangeOffset + rangeLength,
      text,
    }));
    this.send(running.remote.editDocument({ uri, version: document.version, edits }));
  }

  /** The engine forgets it. */
  close(text: Text): void {
    const uri = text.uri.toString();
    const running = this.engine.running;
    if (running?.texts.delete(uri)) this.send(running.remote.closeDocument({ uri }));
  }

  /** If the engine dies on it, the next engine gets the whole text. */
  private send(call: Promise<void>): void {
    call.catch(() => {});
  }
}
