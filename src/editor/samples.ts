// What there is to show where the user has nothing open: code and traces that come with the extension.
import { commands, TabInputText, Uri, window, workspace, type TextEditor } from 'vscode';
import { textNow } from './ui/editorRanges';

export class Samples {
  private opened: Uri | undefined;

  /** `root`: the extension's folder. */
  constructor(private readonly root: Uri) {}

  /** The active text, or one that is open elsewhere; the sample where there is none. It is active then. */
  async showText(): Promise<TextEditor> {
    const active = textNow();
    if (active) return active;
    const hidden = window.tabGroups.activeTabGroup.tabs
      .map(({ input }) => input)
      .find(input => input instanceof TabInputText && input.uri.scheme === 'file');
    if (!(hidden instanceof TabInputText)) return this.openCode();
    return window.showTextDocument(hidden.uri, { preview: false });
  }

  /** As a document without a file, which may be edited: the extension's own file must not be. */
  async openCode(): Promise<TextEditor> {
    // A document outlives its tab for a while, but not with its text.
    const isOpen = window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(
        ({ input }) =>
          input instanceof TabInputText && input.uri.toString() === this.opened?.toString(),
      );
    if (this.opened && isOpen) return window.showTextDocument(this.opened);
    const bytes = await workspace.fs.readFile(Uri.joinPath(this.root, 'samples/retry.ts'));
    const content = new TextDecoder().decode(bytes);
    const document = await workspace.openTextDocument({ language: 'typescript', content });
    this.opened = document.uri;
    return window.showTextDocument(document, { preview: false });
  }

  openTraces(): Thenable<unknown> {
    const file = Uri.joinPath(this.root, 'samples/traces.jsonl');
    return commands.executeCommand('tokenscope.openTraces', file);
  }
}
