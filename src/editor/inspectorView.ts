// The inspector in the panel: hosts the page, tells it what is under the cursor, does what its buttons say.
import { randomBytes } from 'node:crypto';
import {
  commands,
  Uri,
  window,
  workspace,
  type Disposable,
  type Webview,
  type WebviewView,
} from 'vscode';
import { serve } from '../protocol/channel';
import {
  hostMethods,
  pageConnection,
  SHOW,
  type HostApi,
  type InspectorState,
} from '../protocol/page';
import type { Engine } from './engine';
import type { Inspection } from './inspection';
import type { OverlayState } from './overlayState';
import { isInspectable } from './visible';

const CURSOR_MS = 60;

export function registerInspector(
  root: Uri,
  engine: Engine,
  inspection: Inspection,
  state: OverlayState,
  onError: (error: unknown) => void,
): Disposable {
  return window.registerWebviewViewProvider('tokenscope.inspector', {
    resolveWebviewView(view) {
      const folder = Uri.joinPath(root, 'dist');
      view.webview.options = { enableScripts: true, localResourceRoots: [folder] };
      const inspector = new Inspector(view, engine, inspection, state, onError);
      view.onDidDispose(() => inspector.dispose());
      view.webview.html = pageHtml(view.webview, folder);
    },
  });
}

class Inspector {
  private readonly connection;
  private readonly listeners: Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly view: WebviewView,
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly state: OverlayState,
    private readonly onError: (error: unknown) => void,
  ) {
    const { webview } = view;
    this.connection = pageConnection({
      post: message => void webview.postMessage(message),
      listen: receive => webview.onDidReceiveMessage(receive),
    });
    serve<HostApi>(this.connection, hostMethods, {
      ready: () => this.look(),
      run: async ({ command }) => void (await commands.executeCommand(`tokenscope.${command}`)),
    });
    this.connection.listen();
    const refresh = () => this.schedule();
    this.listeners = [
      state.onDidChange(refresh),
      engine.onDidChangeState(refresh),
      inspection.onDidScore(refresh),
      window.onDidChangeActiveTextEditor(refresh),
      window.onDidChangeTextEditorSelection(refresh),
      workspace.onDidChangeTextDocument(refresh),
      view.onDidChangeVisibility(refresh),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
    this.connection.dispose();
  }

  private schedule(): void {
    if (this.timer || !this.view.visible) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look()
        .then(state => this.connection.sendNotification(SHOW, state))
        .catch(this.onError);
    }, CURSOR_MS);
  }

  private async look(): Promise<InspectorState> {
    const { engine, state } = this;
    const editor = window.activeTextEditor;
    const document = editor && isInspectable(editor.document) ? editor.document : undefined;
    const inspector: InspectorState = {
      lens: state.lensId,
      isOn: state.isOn,
      engine: engine.state.kind,
      message: engine.state.kind === 'failed' ? engine.state.message : '',
      model: engine.state.kind === 'ready' ? engine.state.model.name : '',
      file: document ? workspace.asRelativePath(document.uri) : '',
      tokens: null,
    };
    if (!document || !state.isOn || engine.state.kind !== 'ready') return inspector;
    const utf16Start = document.offsetAt(editor!.selection.active);
    const range = { utf16Start, utf16End: utf16Start + 1 };
    const { view } = await this.inspection.view(document, range, true);
    return { ...inspector, tokens: view };
  }
}

/** Scripts and styles come from the extension's own folder; nothing else loads. */
function pageHtml(webview: Webview, folder: Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(Uri.joinPath(folder, 'webview.js'));
  const style = webview.asWebviewUri(Uri.joinPath(folder, 'webview.css'));
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${style}">
    <title>Tokenscope inspector</title>
  </head>
  <body>
    <main id="inspector"></main>
    <script type="module" nonce="${nonce}" src="${script}"></script>
  </body>
</html>`;
}
