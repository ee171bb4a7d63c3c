// Read-only documents with generated text: reports and tables.
import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';

const SCHEME = 'tokenscope';

export class Pages {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration: Disposable;
  private readonly texts = new Map<string, string>();

  constructor() {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: uri => this.texts.get(uri.path) ?? '',
    });
  }

  /** `name`: with an extension, which decides the language. */
  async show(name: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: name });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
