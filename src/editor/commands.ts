// Every command of the manifest and what it does, but for those of traces.
import {
  commands,
  env,
  Uri,
  window,
  type Disposable,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode';
import { bitsPerByte, totalsOf, describeProof } from '../core/exactBytes/byteProof';
import type { PassId } from '../core/lenses/lens';
import { lensIds, lenses } from '../core/lenses/lenses';
import { UserError } from '../core/errors';
import type { ByteProof } from '../protocol/scores';
import { chooseModel } from './models/chooseModel';
import { chooseModelPair } from './models/choosePair';
import { registerTable, type CommandTable } from './ui/commandTable';
import type { Calibrations } from './completion/calibrations';
import { calibrationText } from './completion/calibrationPage';
import type { Completions } from './completion/completions';
import { chooseSecondTokenizer } from './models/chooseComparison';
import { select } from './ui/goTo';
import { goToByScore } from './overlay/goToByScore';
import { countMarkdown } from './counting/countReport';
import { countFolder } from './counting/countTokens';
import type { Engine } from './engine/engineClient';
import { featureCommands } from './features/featureCommands';
import type { Autoencoder } from './features/autoencoder';
import type { Inspection } from './engine/scoringPasses';
import { reportMarkdown } from './models/modelReport';
import { goToPeak } from './overlay/peaks';
import { cancellable, shareReporter } from './ui/progress';
import type { OverlayState } from './overlay/overlayState';
import type { Pages } from './ui/pages';
import type { ShownTexts } from './overlay/textSource';
import { settings } from './settings';
import { activeText, offsetsOf } from './ui/editorRanges';

export interface CommandContext {
  readonly log: LogOutputChannel;
  readonly engine: Engine;
  readonly inspection: Inspection;
  readonly state: OverlayState;
  readonly shown: ShownTexts;
  readonly pages: Pages;
  readonly completions: Completions;
  readonly calibrations: Calibrations;
  readonly features: Autoencoder;
  /** Folder of the built-in model. */
  readonly builtIn: string;
}

export function registerCommands(context: CommandContext): Disposable[] {
  const { log, engine, inspection, state, pages, builtIn, completions, calibrations } = context;
  const table: CommandTable = {
    toggleOverlay() {
      const wasFailed = engine.state.kind === 'failed';
      if (wasFailed) engine.stop();
      if (!wasFailed || !state.isOn) state.toggle();
      return state.isOn ? engine.call(async () => {}) : undefined;
    },
    async chooseLens() {
      const items = lensIds.map(id => ({
        id,
        label: lenses[id].title,
        detail: lenses[id].meaning,
        ...(state.isOn && state.lensId === id ? { description: 'shown now' } : {}),
      }));
      const off = { id: null, label: 'Off', detail: 'Take the overlay off the text.' };
      const choice = await window.showQuickPick([...items, ...(state.isOn ? [off] : [])], {
        title: 'Tokenscope: lens',
        matchOnDetail: true,
      });
      if (!choice) return;
      if (choice.id === null) return state.toggle();
      if (engine.state.kind === 'failed') engine.stop();
      state.show(choice.id);
      return engine.call(async () => {});
    },
    openInspector: () => commands.executeCommand('tokenscope.inspector.focus'),
    goToByScore: () => goToByScore(activeText(), context, state.lens),
    nextPeak: () => goToPeak(activeText(), context, state.lensId, 1),
    previousPeak: () => goToPeak(activeText(), context, state.lensId, -1),
    async copyAsJson() {
      const { document, selection } = activeText();
      const whole = { utf16Start: 0, utf16End: document.getText().length };
      const range = selection.isEmpty ? whole : offsetsOf(document, selection);
      const json = await inspection.json(document, range);
      await env.clipboard.writeText(json);
      const count = json.split('\n').length - 1;
      window.setStatusBarMessage(`Copied ${count} tokens as JSON lines`, 4000);
    },
    async scoreEveryByte() {
      const { document } = activeText();
      const isComparing = state.lens.needs.includes('secondBytes');
      const found = await everyByte(inspection, document, [
        'bytes',
        ...(isComparing ? (['secondBytes'] as const) : []),
      ]);
      if (!found) return;
      if ('refused' in found) throw new UserError(`Not exact here: ${found.refused}.`);
      const { proofs } = found;
      if (proofs.length === 0) return;
      const bytes = Buffer.byteLength(document.getText());
      const words = (proof: ByteProof) => `${describeProof(totalsOf(proof))}.`;
      const perByte = (proof: ByteProof) =>
        `${proof.model}: ${bitsPerByte(totalsOf(proof), bytes).toFixed(3)} bits per byte. ${words(proof)}`;
      const message = proofs.length > 1 ? proofs.map(perByte).join(' ') : words(proofs[0]!);
      void window.showInformationMessage(message);
    },
    chooseModel: () => chooseModel(builtIn),
    async choosePair() {
      if (await chooseModelPair()) state.show('contrast');
    },
    ...featureCommands({
      ...{ features: context.features, state, pages },
      openInspector: () => commands.executeCommand('tokenscope.inspector.focus'),
    }),
    async compareWithTokenizer() {
      if (!(await chooseSecondTokenizer(engine, builtIn))) return;
      // A lens that draws both.
      if (!state.lens.needs.includes('secondBytes')) state.show('tokens');
    },
    stopComparing: () => settings.compare.tokenizer.update(''),
    nextDifference: () => goToDifference(context, 1),
    previousDifference: () => goToDifference(context, -1),
    async countTokens(argument) {
      const count = await countFolder(inspection, argument instanceof Uri ? argument : undefined);
      if (!count) return;
      const { model, second } = await inspection.tokenizers();
      const text = countMarkdown(count, model, second);
      await pages.show(`tokens in ${count.folder.replaceAll('/', ' ')}.md`, text);
    },
    async showReport() {
      const found = await inspection.report();
      await pages.show(`${found.info.name} report.md`, reportMarkdown(found));
    },
    toggleCompletions: () => completions.toggle(),
    explainCompletion: () => completions.explainLast(),
    async calibrateCompletions() {
      const found = await calibrations.run();
      if (found) await pages.show('completion calibration.txt', calibrationText(found));
    },
    showCompletionEvents: () => completions.showEvents(),
    showLog: () => log.show(),
  };
  return registerTable(table, log);
}

function everyByte(inspection: Inspection, document: TextDocument, passes: readonly PassId[]) {
  return cancellable('Tokenscope: scoring every byte', async (signal, progress) => {
    const tell = shareReporter(progress);
    const listener = inspection.onDidScore(({ uri, scored, total }) => {
      if (uri === document.uri.toString()) tell(scored, total);
    });
    try {
      return await inspection.scoreEveryByte(document, passes, signal);
    } finally {
      listener.dispose();
    }
  });
}

async function goToDifference({ inspection }: CommandContext, direction: 1 | -1): Promise<void> {
  const editor = activeText();
  const { document, selection } = editor;
  const from = document.offsetAt(selection.start);
  const found = await inspection.difference(document, from, direction);
  if (!found) {
    const where = direction > 0 ? 'below' : 'above';
    window.setStatusBarMessage(`The tokenizers do not differ ${where}`, 3000);
    return;
  }
  select(editor, found);
}
