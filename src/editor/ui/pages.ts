// Pages with generated text. Reports are rendered Markdown in a page that can do nothing; plain tables are read-only
// documents.
import {
  commands,
  env,
  EventEmitter,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Disposable,
  type WebviewPanel,
} from 'vscode';
import { UserError } from '../../core/errors';
import { showBriefly } from './messages';
import { plainText } from './plainText';

const SCHEME = 'tokenscope';
/** Of the manifest's conditions for the page's own commands. */
const REPORT = 'tokenscope.report';

interface Report {
  readonly panel: WebviewPanel;
  markdown: string;
}

export class Pages {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration: Disposable;
  private readonly texts = new Map<string, string>();
  /** By title. */
  private readonly reports = new Map<string, Report>();

  /** `styles`: the folder of the built style sheets. */
  constructor(private readonly styles: Uri) {
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

  /** Shows Markdown rendered, in the page with that title if there is one. */
  async showMarkdown(name: string, markdown: string): Promise<void> {
    const title = plainText(name);
    const html = await rendered(markdown);
    // VS Code's own Markdown extension renders it; it can be switched off.
    if (html === undefined) return this.show(`${title}.md`, markdown);
    const known = this.reports.get(title);
    const panel = known?.panel ?? this.open(title);
    this.reports.set(title, { panel, markdown });
    const { webview } = panel;
    const style = webview.asWebviewUri(Uri.joinPath(this.styles, 'report.css')).toString();
    const { pageHtml } = await import('./pageHtml');
    webview.html = pageHtml(title, html, { style, source: webview.cspSource });
    panel.reveal();
  }

  /** Copies the page in front as Markdown. Throws `UserError` if there is none. */
  async copy(): Promise<void> {
    const active = [...this.reports.values()].find(({ panel }) => panel.active);
    if (!active) throw new UserError('No report is active. Open one, or select its tab.');
    await env.clipboard.writeText(active.markdown);
    showBriefly('Copied the report as Markdown');
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
    for (const { panel } of this.reports.values()) panel.dispose();
  }

  private open(title: string): WebviewPanel {
    const panel = window.createWebviewPanel(REPORT, title, ViewColumn.Active, {
      enableScripts: false,
      enableFindWidget: true,
      localResourceRoots: [this.styles],
    });
    panel.onDidDispose(() => this.reports.delete(title));
    return panel;
  }
}

/** Undefined where nothing renders Markdown. */
async function rendered(markdown: string): Promise<string | undefined> {
  try {
    return await commands.executeCommand<string>('markdown.api.render', markdown);
  } catch {
    return undefined;
  }
}
