// Tokenizer reports in pages of their own, which can be run again and exported. It is a bundle of its own, so what has
// state is handed over.
import { randomBytes } from 'node:crypto';
import { Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { UserError } from '../../core/errors';
import { html } from '../../core/tokenizerReport/formats/html';
import { reportHtml } from '../../core/tokenizerReport/formats/reportHtml';
import type { Report, SectionWords } from '../../core/tokenizerReport/report';
import { sectionWords } from '../../core/tokenizerReport/sections/sectionWords';
import type { ChosenRow } from '../../protocol/tokenizerReport';
import type { Engine } from '../engine/engineClient';
import type { DIALOGS } from '../ui/dialogs';
import type { openAt } from '../ui/goTo';
import type { pickUri } from '../ui/pickPath';
import { plainText } from '../ui/plainText';
import { exportReport } from './exportReport';
import { overFiles } from './overFiles';
import { reportOptions } from './reportOptions';
import { askForSubject, type Subject } from './subject';

/** Of the manifest's conditions for the page's own commands. */
const VIEW_TYPE = 'tokenscope.tokenizerReport';

export interface ReportServices {
  readonly engine: Engine;
  /** The folder of the built scripts and style sheets. */
  readonly built: Uri;
  /** Answers whether the user chose a second tokenizer, which is open then. */
  readonly chooseSecond: () => Promise<boolean>;
  readonly settings: () => Parameters<typeof reportOptions>[0];
  readonly ui: typeof DIALOGS & { pickUri: typeof pickUri; openAt: typeof openAt };
  readonly onError: (error: unknown) => void;
}

interface Page {
  readonly panel: WebviewPanel;
  readonly subject: Subject;
  readonly compares: boolean;
  readonly sections: readonly string[];
  report: Report;
}

export class TokenizerReports {
  private readonly pages = new Set<Page>();

  constructor(private readonly services: ReportServices) {}

  /** Asks what to report on unless it is given, and opens a page. */
  async create(given: Uri | undefined): Promise<void> {
    const subject = await askForSubject(
      given,
      'Tokenscope: report on which text?',
      this.services.ui,
    );
    if (!subject) return;
    const compares = await this.askForTokenizers();
    if (compares === undefined) return;
    const sections = await this.askForSections();
    if (!sections) return;
    const report = await this.make(subject, compares, sections);
    if (!report) return;
    const { built } = this.services;
    const title = plainText(`Tokenizer report of ${subject.name}`);
    const panel = window.createWebviewPanel(VIEW_TYPE, title, ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [built],
    });
    const page: Page = { panel, subject, compares, sections, report };
    this.pages.add(page);
    panel.onDidDispose(() => this.pages.delete(page));
    panel.webview.onDidReceiveMessage((chosen: ChosenRow) =>
      this.open(page, chosen).catch(this.services.onError),
    );
    this.draw(page);
  }

  /** Makes the report in front anew. Throws `UserError` where none is. */
  async runAgain(): Promise<void> {
    const page = this.front();
    const report = await this.make(page.subject, page.compares, page.sections);
    // The page may have been closed meanwhile.
    if (!report || !this.pages.has(page)) return;
    page.report = report;
    this.draw(page);
  }

  /** Writes the report in front to a file. Throws `UserError` where none is. */
  async export(): Promise<void> {
    const { built, ui } = this.services;
    await exportReport(this.front().report, built, ui);
  }

  private front(): Page {
    const page = [...this.pages].find(({ panel }) => panel.active);
    if (page) return page;
    throw new UserError(
      'No tokenizer report is active. Create one with "Tokenscope: Tokenizer Report…".',
    );
  }

  /** Answers whether two are compared; undefined where the user chose nothing. */
  private async askForTokenizers(): Promise<boolean | undefined> {
    const { engine, chooseSecond, ui } = this.services;
    const model = await engine.call(async running => running.model.name);
    const { second } = engine;
    const choice = await ui.showList(
      [
        { label: model, compares: false, asks: false },
        ...(second ? [{ label: `${model} and ${second.name}`, compares: true, asks: false }] : []),
        { label: `${model} and another tokenizer…`, compares: true, asks: true },
      ],
      { title: 'Tokenscope: report on which tokenizer?' },
    );
    if (!choice) return undefined;
    if (choice.asks && !(await chooseSecond())) return undefined;
    return choice.compares;
  }

  /** Undefined where the user chose nothing. */
  private async askForSections(): Promise<readonly string[] | undefined> {
    const items = Object.entries<SectionWords>(sectionWords).map(
      ([id, { title, question, isSlow = false }]) => ({
        label: title,
        detail: question,
        ...(isSlow && { description: 'takes a minute or more' }),
        picked: !isSlow,
        id,
      }),
    );
    const title = 'Tokenscope: which questions?';
    const chosen = await this.services.ui.showChoices(items, { title, matchOnDetail: true });
    return chosen && chosen.length > 0 ? chosen.map(({ id }) => id) : undefined;
  }

  private async make(
    subject: Subject,
    compares: boolean,
    sections: readonly string[],
  ): Promise<Report | undefined> {
    const options = { ...(await reportOptions(this.services.settings())), sections };
    const title = `Tokenizer report of ${subject.name}`;
    return overFiles(title, subject, this.services, (remote, files, signal) =>
      remote.tokenizerReport({ source: subject.name, files, compares, options }, signal),
    );
  }

  private async open({ report, subject }: Page, { section, block, row }: ChosenRow): Promise<void> {
    const found = report.sections[section]?.blocks[block];
    const place = found?.kind === 'table' ? found.rows[row]?.place : undefined;
    const at = place && subject.placeOf(place.path);
    if (!place || !at) return;
    const [utf16Start, utf16End] = [place.utf16Start, place.utf16End].map(
      offset => at.utf16Offset + offset,
    ) as [number, number];
    await this.services.ui.openAt({ uri: at.uri.toString(), utf16Start, utf16End });
  }

  private draw({ panel, report }: Page): void {
    const { webview } = panel;
    const nonce = randomBytes(16).toString('base64');
    const resource = (name: string) =>
      webview.asWebviewUri(Uri.joinPath(this.services.built, name)).toString();
    const policy = [
      `default-src 'none'`,
      `script-src 'nonce-${nonce}'`,
      `style-src ${webview.cspSource}`,
      `form-action 'none'`,
      `base-uri 'none'`,
    ].join('; ');
    webview.html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${resource('report.css')}">
    <title>${html(panel.title)}</title>
  </head>
  <body>
    <main>${reportHtml(report)}</main>
    <div id="said" class="unseen" role="status"></div>
    <script type="module" nonce="${nonce}" src="${resource('reportPage.js')}"></script>
  </body>
</html>`;
  }
}
