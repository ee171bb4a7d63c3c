// Writes a report to a file that the user names: as a page, as data or as tables.
import { Uri, window, workspace } from 'vscode';
import { exportedHtml } from '../../core/tokenizerReport/formats/exportedHtml';
import { reportCsv } from '../../core/tokenizerReport/formats/reportCsv';
import type { Report } from '../../core/tokenizerReport/report';
import type { DIALOGS } from '../ui/dialogs';

const FORMATS = [
  { label: 'HTML', detail: 'The page, to read in a browser', ending: 'html' },
  {
    label: 'JSON',
    detail: 'All numbers, as `tokenscope tokenizer-report --json` prints them',
    ending: 'json',
  },
  { label: 'CSV', detail: 'The tables, for a spreadsheet', ending: 'csv' },
] as const;

/** `styles`: the folder of the built style sheets. */
export async function exportReport(
  report: Report,
  styles: Uri,
  { showList }: Pick<typeof DIALOGS, 'showList'>,
): Promise<void> {
  const title = 'Tokenscope: export the report';
  const choice = await showList(FORMATS, { title });
  if (!choice) return;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title,
    filters: { [choice.label]: [choice.ending] },
    ...(folder && { defaultUri: Uri.joinPath(folder, `tokenizer-report.${choice.ending}`) }),
  });
  if (!target) return;
  const text = await textOf(report, choice.ending, styles);
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
}

async function textOf(report: Report, ending: (typeof FORMATS)[number]['ending'], styles: Uri) {
  if (ending === 'json') return `${JSON.stringify(report)}\n`;
  if (ending === 'csv') return reportCsv(report);
  const style = await workspace.fs.readFile(Uri.joinPath(styles, 'report.css'));
  return exportedHtml(report, new TextDecoder().decode(style));
}
