// Every command of the manifest and what it does, but for those of traces.
import {
  commands,
  env,
  ProgressLocation,
  Selection,
  Uri,
  window,
  type Disposable,
  type LogOutputChannel,
  type TextDocument,
  type TextEditor,
} from 'vscode';
import { bitsPerByte, totalsOf, wordsOf } from '../core/bytes/proof';
import { lensIds, lenses } from '../core/lenses';
import { UserError } from '../protocol/channel';
import type { ByteProof } from '../protocol/engine';
import { chooseModel } from './chooseModel';
import { chooseModelPair } from './choosePair';
import { registerTable, type CommandTable } from './commandTable';
import type { Calibrations } from './completion/calibrations';
import { calibrationText } from './completion/calibrationPage';
import type { Completions } from './completion/completions';
import { chooseSecondTokenizer } from './compareTokenizers';
import { goToByScore } from './goToByScore';
import { countMarkdown } from './countReport';
import { countFolder } from './countTokens';
import type { Engine } from './engine';
import { featureCommands } from './features/featureCommands';
import type { Features } from './features/features';
import type { Inspection } from './inspection';
import { reportMarkdown } from './modelReport';
import type { OverlayState } from './overlayState';
import type { Pages } from './pages';
import { chooseComparedTokenizer } from './settings';
import { isInspectable, offsetsOf, rangeOf } from './visible';

export interface CommandContext {
  readonly log: LogOutputChannel;
  readonly engine: Engine;
  readonly inspection: Inspection;
  readonly state: OverlayState;
  readonly pages: Pages;
  readonly completions: Completions;
  readonly calibrations: Calibrations;
  readonly features: Features;
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
    goToByScore: () => goToByScore(activeEditor(), inspection, state.lens),
    nextPeak: () => goToPeak(context, 1),
    previousPeak: () => goToPeak(context, -1),
    async copyAsJson() {
      const { document, selection } = activeEditor();
      const whole = { utf16Start: 0, utf16End: document.getText().length };
      const range = selection.isEmpty ? whole : offsetsOf(document, selection);
      const json = await inspection.json(document, range);
      await env.clipboard.writeText(json);
      const count = json.split('\n').length - 1;
      window.setStatusBarMessage(`Copied ${count} tokens as JSON lines`, 4000);
    },
    async scoreEveryByte() {
      const { document } = activeEditor();
      const found = await withProgress(inspection, document, state.lens.comparesModels ?? false);
      if ('refused' in found) throw new UserError(`Not exact here: ${found.refused}.`);
      const { proof, secondProof } = found;
      if (!proof) return;
      const bytes = Buffer.byteLength(document.getText());
      const words = (proof: ByteProof) => `${wordsOf(totalsOf(proof))}.`;
      const perByte = (proof: ByteProof) =>
        `${proof.model}: ${bitsPerByte(totalsOf(proof), bytes).toFixed(3)} bits per byte. ${words(proof)}`;
      const told = secondProof ? `${perByte(proof)} ${perByte(secondProof)}` : words(proof);
      void window.showInformationMessage(told);
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
      if (!state.lens.comparesModels) state.show('tokens');
    },
    stopComparing: () => chooseComparedTokenizer(''),
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

/** Shows how far it is, with a button that cancels. */
function withProgress(inspection: Inspection, document: TextDocument, second: boolean) {
  const options = {
    location: ProgressLocation.Notification,
    title: 'Tokenscope: scoring every byte',
    cancellable: true,
  };
  return window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    let shown = 0;
    const listeners = [
      token.onCancellationRequested(() => controller.abort()),
      inspection.onDidScore(({ uri, scored, total }) => {
        if (uri !== document.uri.toString() || total === 0) return;
        const percent = Math.floor((100 * scored) / total);
        progress.report({ message: `${percent} %`, increment: percent - shown });
        shown = percent;
      }),
    ];
    try {
      return await inspection.scoreEveryByte(document, second, controller.signal);
    } finally {
      for (const listener of listeners) listener.dispose();
    }
  });
}

async function goToPeak({ inspection, state }: CommandContext, direction: 1 | -1): Promise<void> {
  const editor = activeEditor();
  const { document, selection } = editor;
  const from = document.offsetAt(selection.active);
  const peak = await inspection.peak(document, state.lensId, from, direction);
  if (!peak) {
    const where = direction > 0 ? 'below' : 'above';
    window.setStatusBarMessage(`No ${state.lens.title.toLowerCase()} peak ${where}`, 3000);
    return;
  }
  const { start } = rangeOf(document, peak);
  editor.selection = new Selection(start, start);
  editor.revealRange(editor.selection);
}

async function goToDifference({ inspection }: CommandContext, direction: 1 | -1): Promise<void> {
  const editor = activeEditor();
  const { document, selection } = editor;
  const from = document.offsetAt(selection.start);
  const found = await inspection.difference(document, from, direction);
  if (!found) {
    const where = direction > 0 ? 'below' : 'above';
    window.setStatusBarMessage(`The tokenizers do not differ ${where}`, 3000);
    return;
  }
  const { start, end } = rangeOf(document, found);
  editor.selection = new Selection(end, start);
  editor.revealRange(editor.selection);
}

function activeEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (!editor || !isInspectable(editor.document)) {
    throw new UserError('No text editor is active. Open a file first.');
  }
  return editor;
}
