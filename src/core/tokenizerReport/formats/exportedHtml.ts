// A report as an HTML file that needs nothing else, and does nothing.
import type { Report } from '../report';
import { html } from './html';
import { reportHtml } from './reportHtml';

/** Colours for browsers, which have none of VS Code's; both light and dark. */
const COLOURS = `:root { color-scheme: light dark;
  --vscode-foreground: light-dark(#1f1f1f, #dddddd);
  --vscode-descriptionForeground: light-dark(#616161, #a0a0a0);
  --vscode-editor-background: light-dark(#ffffff, #1f1f1f);
  --vscode-widget-border: light-dark(#d4d4d4, #454545);
  --vscode-textLink-foreground: light-dark(#005fb8, #4daafc);
  --vscode-charts-blue: light-dark(#1a6fb5, #4a9fe0);
  --vscode-charts-orange: light-dark(#b35900, #e0964a);
  --vscode-charts-green: light-dark(#2f7d32, #7cb87f);
  --vscode-font-family: system-ui, sans-serif;
  --vscode-font-size: 14px;
  --vscode-editor-font-family: ui-monospace, monospace;
  --vscode-editor-font-size: 13px; }`;

/** `style`: the style sheet of the page in the editor. */
export function exportedHtml(report: Report, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(`Tokenizer report of ${report.source}`)}</title>
<style>${COLOURS}
${style}</style>
</head>
<body><main>
${reportHtml(report, { hasLinks: false })}
</main></body>
</html>
`;
}
