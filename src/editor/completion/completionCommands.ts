// Commands about completions.
import type { Samples } from '../samples';
import type { CommandTable } from '../ui/commandTable';
import type { Pages } from '../ui/pages';
import type { Calibrations } from './calibrations';
import type { Completions } from './completions';

export function completionCommands(
  completions: Completions,
  calibrations: Calibrations,
  pages: Pages,
  samples: Samples,
): CommandTable {
  return {
    toggleCompletions: () => completions.toggle(),
    async turnCompletionsOn() {
      await samples.showText();
      await completions.turnOn();
    },
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
