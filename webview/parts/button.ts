// A button that runs one of the editor's commands.
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, type TemplateResult } from 'lit';
import type { PageCommand } from '../../src/protocol/page';

export function button(
  command: PageCommand,
  label: string,
  run: (command: PageCommand) => void,
): TemplateResult {
  return html`<vscode-button secondary @click=${() => run(command)}>${label}</vscode-button>`;
}
