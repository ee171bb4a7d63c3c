// Commands about tokenizer reports.
import { Uri } from 'vscode';
import type { CommandTable } from '../ui/commandTable';
import { settings } from '../settings';
import { DIALOGS } from '../ui/dialogs';
import { activeText } from '../ui/editorRanges';
import { openAt } from '../ui/goTo';
import { inform } from '../ui/notifications';
import { pickUri } from '../ui/pickPath';
import type { ReportServices, TokenizerReports } from './tokenizerReports';

const UI = { ...DIALOGS, pickUri, openAt };

export function reportCommands(services: Omit<ReportServices, 'ui'>): CommandTable {
  let reports: TokenizerReports | undefined;
  const load = async () => {
    const lazy = await import('./tokenizerReports');
    return (reports ??= new lazy.TokenizerReports({
      ...services,
      ui: UI,
    }));
  };
  return {
    async tokenizerReport(argument) {
      await (await load()).create(argument instanceof Uri ? argument : undefined);
    },
    async trainTokenizer(argument) {
      const { trainTokenizer } = await import('./trainTokenizer');
      const { engine } = services;
      const uri = argument instanceof Uri ? argument : undefined;
      const told = await trainTokenizer(uri, { engine, ui: UI });
      if (told) inform(told);
    },
    async markPassage() {
      const { markPassage } = await import('./markPassage');
      const told = await markPassage(activeText(), settings.report.passages, UI);
      if (told) inform(told);
    },
    async runReportAgain() {
      await (await load()).runAgain();
    },
    async exportReport() {
      await (await load()).export();
    },
  };
}
