// Commands about the overlay, the model and the active text. Other commands are in the folders of their subject.
import { commands, env, Uri, workspace, type SecretStorage, type TextDocument } from 'vscode';
import { bitsPerByte, describeProof, totalsOf } from '../core/exactBytes/byteProof';
import { formatCount, formatNumberOf } from '../core/format';
import type { Lens, PassId } from '../core/lenses/lens';
import { lensIds, type LensId } from '../core/lenses/lenses';
import { UserError } from '../core/errors';
import { isServerAddress } from '../servers/address';
import type { ByteProof } from '../protocol/scores';
import { countFolder } from './counting/countTokens';
import type { Engine } from './engine/engineClient';
import type { EngineQueries } from './engine/engineQueries';
import { overUnchanged } from './engine/unchangedText';
import { showingWork } from './engine/workProgress';
import { chooseSecondTokenizer } from './models/chooseComparison';
import { chooseModel, openModel } from './models/chooseModel';
import { compareRouting } from './layers/compareRouting';
import type { ChosenModel } from './models/chosenModel';
import { goToByScore } from './overlay/goToByScore';
import { lensRows } from './overlay/lensRows';
import type { OverlayState } from './overlay/overlayState';
import { goToPeak } from './overlay/peaks';
import { scoreRange, withShare } from './overlay/scoreText';
import { FROM_STATUS } from './overlay/status';
import type { ShownTexts } from './overlay/textSource';
import type { Samples } from './samples';
import { showServerPieces } from './servers/showPieces';
import { chosenPair, pairOf, settings } from './settings';
import type { CommandTable } from './ui/commandTable';
import { activeText, offsetsOf } from './ui/editorRanges';
import { select } from './ui/goTo';
import { keepingOpen, PAIRS, SECONDS } from './ui/keepingOpen';
import { DIALOGS } from './ui/dialogs';
import { choose, showBriefly, showList } from './ui/messages';
import { inform } from './ui/notifications';
import type { Pages } from './ui/pages';
import { pickPath } from './ui/pickPath';
import { cancellable, shareReporter } from './ui/progress';

export function generalCommands(
  engine: Engine,
  queries: EngineQueries,
  state: OverlayState,
  shown: ShownTexts,
  pages: Pages,
  samples: Samples,
  chosen: ChosenModel,
  secrets: SecretStorage,
  storage: Uri,
): CommandTable {
  const startEngine = () => {
    if (engine.state.kind === 'failed') engine.stop();
    return engine.call(async () => {});
  };
  const turnOverlayOn = async () => {
    const editor = await samples.showText();
    state.turnOn();
    await startEngine();
    return editor;
  };
  const goToNextPeak = async (direction: 1 | -1) =>
    goToPeak(await turnOverlayOn(), { queries, shown }, state, direction);
  return {
    openSample: () => samples.openCode(),
    openSampleTrace: () => samples.openTraces(),
    turnOverlayOn,
    turnOverlayOff: () => state.turnOff(),
    toggleOverlay() {
      if (engine.state.kind !== 'failed' || !state.isOn) state.toggle();
      return state.isOn ? startEngine() : undefined;
    },
    async chooseLens(argument) {
      const chosen = lensIds.find(id => id === argument) ?? (await pickLens(state));
      // VS Code gives the focus back to the item, which then keeps its hover open.
      if (argument === FROM_STATUS)
        void commands.executeCommand('workbench.action.focusActiveEditorGroup');
      if (chosen === undefined) return;
      if (chosen === null) return state.toggle();
      state.show(chosen);
      return startEngine();
    },
    openInspector: () => commands.executeCommand('tokenscope.inspector.focus'),
    goToByScore: () => goToByScore(activeText(), { queries, shown }, state.lens),
    nextPeak: () => goToNextPeak(1),
    previousPeak: () => goToNextPeak(-1),
    copyAsJson: () => copyAsJson(queries),
    scoreEveryByte: () => scoreEveryByte(queries, state.lens),
    chooseModel: () => chooseModel(engine, chosen),
    async getModel() {
      const { getModel } = await import('./models/getModel');
      const got = await getModel(DIALOGS);
      if (!got) return;
      if ('problem' in got) throw new UserError(got.problem);
      await openModel(engine, chosen, got.path);
    },
    async connectServer() {
      const { connectServer } = await import('./servers/connectServer');
      const { isTrusted } = workspace;
      const open = (path: string) => openModel(engine, chosen, path);
      const ui = { ...DIALOGS, pickPath };
      const showPieces = (address: string) => showServerPieces(address, { engine, storage });
      const options = { engine, chosen, secrets, isTrusted, open, showPieces };
      const problem = await connectServer({ ...options, ...ui });
      if (problem) throw new UserError(problem);
    },
    async choosePair() {
      const show = lensAfter(state);
      const { chooseModelPair } = await import('./models/choosePair');
      const isChosen = await chooseModelPair({
        engine,
        settings: settings.pair.members,
        now: chosenPair(),
        pairOf,
        showList,
        pickPath,
        opening: open =>
          showingWork(engine, 'pair', 'Opening the pair', signal =>
            keepingOpen(open(signal), PAIRS),
          ),
      });
      if (isChosen) show('contrast');
    },
    async compareWithTokenizer() {
      const show = lensAfter(state);
      if (!(await chooseSecondTokenizer(engine, chosen.builtIn))) return;
      // A lens that draws both.
      if (!state.lens.needs.includes('secondBytes')) show('tokens');
    },
    async stopComparing() {
      const isComparing = settings.compare.tokenizer.value !== '';
      if (!isComparing)
        return inform(`No second tokenizer or model is chosen. ${SECONDS} chooses one.`);
      await settings.compare.tokenizer.update('');
    },
    nextDifference: () => goToDifference(queries, 1),
    previousDifference: () => goToDifference(queries, -1),
    async countTokens(argument) {
      const count = await countFolder(queries, argument instanceof Uri ? argument : undefined);
      if (!count) return;
      const { countMarkdown } = await import('./counting/countReport');
      const text = countMarkdown(count);
      await pages.showMarkdown(`Tokens in ${count.folder}`, text);
    },
    async compareRouting() {
      const { document } = activeText();
      const page = await compareRouting(engine, queries, document);
      if (page) await pages.showMarkdown(page.title, page.markdown);
    },
    async deletePreparedWeights() {
      const lazy = await import('./models/preparedWeights');
      await lazy.deletePreparedWeights({ engine, ask: choose, inform });
    },
    copyReport: () => pages.copy(),
    async showReport() {
      const found = await queries.report();
      const { reportMarkdown } = await import('./models/modelReport');
      await pages.showMarkdown(`Report of ${found.info.name}`, reportMarkdown(found));
    },
  };
}

const NO_TEXT = 'The active editor has no text yet. Write some, or "Tokenscope: Open a Sample".';

/** Shows a lens when what it needs is open, unless the user has chosen another one since. */
function lensAfter(state: OverlayState): (lens: LensId) => void {
  const { isOn, lensId } = state;
  return lens => {
    if (state.isOn === isOn && state.lensId === lensId) state.show(lens);
  };
}

/** Null: the overlay is to be off. Undefined: nothing was chosen. */
async function pickLens(state: OverlayState): Promise<LensId | null | undefined> {
  const choice = await showList(lensRows(state), {
    title: 'Tokenscope: lens',
    matchOnDetail: true,
  });
  return choice?.id;
}

async function copyAsJson(queries: EngineQueries): Promise<void> {
  const { document, selection } = activeText();
  if (document.getText() === '') return inform(NO_TEXT);
  const whole = { utf16Start: 0, utf16End: document.getText().length };
  const range = selection.isEmpty ? whole : offsetsOf(document, selection);
  let json = await queries.json(document, range);
  const { opened } = queries;
  // A server is sent the text of files that are viewed through a lens, and no other.
  const isLocal = opened.kind === 'ready' && !isServerAddress(opened.model.folder);
  if (isLocal && UNSCORED.test(json)) {
    if (!(await scoreRange(queries, document, range))) return;
    json = await queries.json(document, range);
  }
  await env.clipboard.writeText(json);
  const lines = json.split('\n').slice(0, -1);
  // Nothing comes before the first token of a text.
  const unscored = lines.filter(line => UNSCORED.test(line) && !line.startsWith('{"index":0,'));
  const without = unscored.length > 0 ? `, ${formatCount(unscored.length)} without a score` : '';
  showBriefly(`Copied ${formatNumberOf(lines.length, 'token')} as JSON lines${without}`);
}

/** A line of a token without a score; its alternatives, which have log-probabilities of their own, come after that. */
const UNSCORED = /^[^[\n]*"logprob":null/m;

/** By the second model, too, if the lens compares the two. */
async function scoreEveryByte(queries: EngineQueries, { needs }: Lens): Promise<void> {
  const { document } = activeText();
  if (document.getText() === '') return inform(NO_TEXT);
  const passes: PassId[] = needs.includes('secondBytes') ? ['bytes', 'secondBytes'] : ['bytes'];
  const found = await everyByte(queries, document, passes);
  if (!found) return;
  if ('refused' in found) throw new UserError(`Not exact here: ${found.refused}.`);
  const { proofs } = found;
  if (proofs.length === 0) return;
  const bytes = Buffer.byteLength(document.getText());
  const given = ({ givenBytes }: ByteProof) =>
    givenBytes > 0 ? ` The first token (${givenBytes} bytes) is given and has no score.` : '';
  const words = (proof: ByteProof) => `${describeProof(totalsOf(proof))}.${given(proof)}`;
  const perByte = (proof: ByteProof) =>
    `${proof.model}: ${bitsPerByte(totalsOf(proof), bytes - proof.givenBytes)?.toFixed(3) ?? '–'} bits per byte. ${words(proof)}`;
  const message = proofs.length > 1 ? proofs.map(perByte).join(' ') : words(proofs[0]!);
  inform(message);
}

function everyByte(queries: EngineQueries, document: TextDocument, passes: readonly PassId[]) {
  return cancellable('Tokenscope: scoring every byte', (signal, progress) =>
    withShare(queries, document, shareReporter(progress), () =>
      overUnchanged(signal, 'the scoring', () =>
        queries.passes.scoreEveryByte(document, passes, signal),
      ),
    ),
  );
}

async function goToDifference(queries: EngineQueries, direction: 1 | -1): Promise<void> {
  const editor = activeText();
  const { document, selection } = editor;
  const from = document.offsetAt(selection.start);
  const found = await queries.difference(document, from, direction);
  if (!found) {
    const where = direction > 0 ? 'below' : 'above';
    return showBriefly(`The tokenizers do not differ ${where}`);
  }
  select(editor, found);
}
