// Commands about tokenizer reports.
import { Uri } from 'vscode';
import type { CommandTable } from '../ui/commandTable';
import { DIALOGS } from '../ui/dialogs';
import { openAt } from '../ui/goTo';
import { pickUri } from '../ui/pickPath';
import type { ReportServices, TokenizerReports } from './tokenizerReports';

export function reportCommands(services: Omit<ReportServices, 'ui'>): CommandTable {
  let reports: TokenizerReports | undefined;
  const load = async () => {
    const lazy = await import('./tokenizerReports');
    return (reports ??= new lazy.TokenizerReports({
      ...services,
      ui: { ...DIALOGS, pickUri, openAt },
    }));
  };
  return {
    async tokenizerReport(argument) {
      await (await load()).create(argument instanceof Uri ? argument : undefined);
    },
    async runReportAgain() {
      await (await load()).runAgain();
    },
    async exportReport() {
      await (await load()).export();
    },
  };
}
