// Commands about completions.
import type { CommandTable } from '../ui/commandTable';
import type { Pages } from '../ui/pages';
import type { Calibrations } from './calibrations';
import type { Completions } from './completions';

export function completionCommands(
  completions: Completions,
  calibrations: Calibrations,
  pages: Pages,
): CommandTable {
  return {
    toggleCompletions: () => completions.toggle(),
    explainCompletion: () => completions.explainLast(),
    async calibrateCompletions() {
      const found = await calibrations.run();
      if (!found) return;
      const { calibrationText } = await import('./calibrationPage');
      await pages.show('completion calibration.txt', calibrationText(found));
    },
    showCompletionEvents: () => completions.showEvents(),
  };
}
