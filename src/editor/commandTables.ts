// All commands by their names in the manifest. They are a bundle of their own, which the first command loads.
import type { LogOutputChannel, SecretStorage, Uri } from 'vscode';
import { generalCommands } from './commands';
import type { Calibrations } from './completion/calibrations';
import { completionCommands } from './completion/completionCommands';
import type { Completions } from './completion/completions';
import type { Engine } from './engine/engineClient';
import type { EngineQueries } from './engine/engineQueries';
import type { Autoencoder } from './features/autoencoder';
import { featureCommands } from './features/featureCommands';
import { chooseDensity } from './overlay/chooseDensity';
import { chooseSecondTokenizer } from './models/chooseComparison';
import type { ChosenModel } from './models/chosenModel';
import type { LensScales } from './overlay/lensScales';
import type { OverlayState } from './overlay/overlayState';
import type { ShownTexts } from './overlay/textSource';
import type { Samples } from './samples';
import { settings } from './settings';
import { RolloutModel } from './traces/rolloutModel';
import { reportCommands } from './tokenizerReport/reportCommands';
import type { Rollouts } from './traces/rollouts';
import { traceCommands } from './traces/traceCommands';
import type { TraceDocuments } from './traces/traceDocuments';
import type { WhatIf } from './traces/whatIf';
import type { CommandTable } from './ui/commandTable';
import { report } from './ui/notifications';
import type { Pages } from './ui/pages';

export interface CommandServices {
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly state: OverlayState;
  readonly scales: LensScales;
  readonly shown: ShownTexts;
  readonly pages: Pages;
  readonly samples: Samples;
  readonly chosen: ChosenModel;
  readonly completions: Completions;
  readonly calibrations: Calibrations;
  readonly autoencoder: Autoencoder;
  readonly traces: TraceDocuments;
  readonly rollouts: Rollouts;
  readonly whatIf: WhatIf;
  readonly secrets: SecretStorage;
  /** Of all windows. */
  readonly storage: Uri;
  /** The folder of the built scripts and style sheets. */
  readonly built: Uri;
  readonly log: LogOutputChannel;
}

export function commandTable(services: CommandServices): CommandTable {
  const { engine, queries, state, shown, pages, samples, chosen, secrets, storage, log } = services;
  const { completions, calibrations, autoencoder, traces, rollouts, whatIf, built } = services;
  return {
    ...generalCommands(engine, queries, state, shown, pages, samples, chosen, secrets, storage),
    ...completionCommands(completions, calibrations, pages, samples),
    ...featureCommands(autoencoder, state, pages),
    ...traceCommands(traces, rollouts, whatIf, new RolloutModel(engine, chosen)),
    ...reportCommands({
      engine,
      built,
      settings: () => ({
        categories: settings.report.categories.value,
        glossary: settings.report.glossary.value,
        passages: settings.report.passages.value,
        prices: settings.report.prices.value,
      }),
      chooseSecond: () => chooseSecondTokenizer(engine, chosen.builtIn),
      onError: error => report(log, error, 'Tokenscope'),
    }),
    chooseDensity: () => chooseDensity(services.scales),
    showLog: () => log.show(),
  };
}
