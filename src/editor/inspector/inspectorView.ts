// The inspector's view in the panel: a page from the extension's own folder.
import { randomBytes } from 'node:crypto';
import { Uri, window, type Disposable, type Webview } from 'vscode';
import type { InspectorServices } from './tabs/tab';

export interface InspectorOptions extends InspectorServices {
  /** The extension's folder. */
  readonly root: Uri;
  readonly onError: (error: unknown) => void;
  /** What the user asked for failed. */
  readonly onFailure: (error: unknown) => void;
}

export function registerInspector(options: InspectorOptions): Disposable {
  const { root, onError, onFailure, ...services } = options;
  return window.registerWebviewViewProvider('tokenscope.inspector', {
    async resolveWebviewView(view) {
      let isClosed = false;
      view.onDidDispose(() => (isClosed = true));
      const { Inspector } = await import('./inspector');
      if (isClosed) return;
      const folder = Uri.joinPath(root, 'dist');
      view.webview.options = { enableScripts: true, localResourceRoots: [folder] };
      const inspector = new Inspector(view, services, onError, onFailure);
      view.onDidDispose(() => inspector.dispose());
      view.webview.html = pageHtml(view.webview, folder);
    },
  });
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
    <div id="said" class="unseen" role="status"></div>
    <script type="module" nonce="${nonce}" src="${script}"></script>
  </body>
</html>`;
}
