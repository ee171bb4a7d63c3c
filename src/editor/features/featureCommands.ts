// Commands about features: which autoencoder, which features are looked at or pinned, what they do, and exports.
import {
  ProgressLocation,
  Selection,
  Uri,
  ViewColumn,
  window,
  workspace,
  type QuickPickItem,
  type TextDocument,
} from 'vscode';
import { basename } from 'node:path';
import { CHANNELS, type FeatureName } from '../../core/sae/features';
import { parsePredicate, PredicateError } from '../../core/sae/predicate';
import { densityWords, titleOf } from '../../core/sae/words';
import { reasonToSkip } from '../../core/textFiles';
import { Cancelled, UserError } from '../../protocol/channel';
import type { EffectChange, ExportFormat, FeatureExample } from '../../protocol/features';
import type { OverlayState } from '../overlayState';
import type { Pages } from '../pages';
import { chooseAutoencoderPath, settings } from '../settings';
import { isInspectable, offsetsOf } from '../visible';
import { effectText } from './effectText';
import type { Features } from './features';

const LISTED = 200;
const SEARCHED_FILES = 2000;
const EXAMPLES_PER_FILE = 3;

export interface FeatureCommandContext {
  readonly features: Features;
  readonly state: OverlayState;
  readonly pages: Pages;
  /** Shows the inspector. */
  openInspector(): unknown;
}

export function featureCommands(
  context: FeatureCommandContext,
): Record<string, (argument?: unknown) => unknown> {
  const { features, state, pages } = context;
  return {
    async chooseAutoencoder() {
      const now = settings.autoencoder();
      const own = { label: 'The one that comes with the model', path: '' };
      const folder = { label: 'Choose a folder…', path: undefined, files: false };
      const file = {
        label: 'Choose a file…',
        detail: 'Of a folder with several: a .safetensors or .npz file.',
        path: undefined,
        files: true,
      };
      const choice = await window.showQuickPick([own, folder, file], {
        title: 'Tokenscope: autoencoder',
        placeHolder: now ? `now: ${now}` : 'now: the one that comes with the model',
      });
      if (!choice) return;
      let { path } = choice;
      if (path === undefined) {
        const files = choice === file;
        const options = { canSelectFiles: files, canSelectFolders: !files, openLabel: 'Use' };
        path = (await window.showOpenDialog(options))?.[0]?.fsPath;
      }
      if (path !== undefined) await chooseAutoencoderPath(path);
    },
    async findFeature(argument) {
      const feature = await chosen(features, argument, 'look at a feature');
      if (feature === undefined) return;
      features.show(feature);
      await context.openInspector();
    },
    async pinFeature(argument) {
      const feature = await chosen(features, argument, `pin a feature (${CHANNELS} at most)`);
      if (feature === undefined) return;
      state.pin(feature);
      if (!state.isOn || state.lensId !== 'pinned') state.show('pinned');
    },
    unpinFeatures: argument => state.unpin(typeof argument === 'number' ? argument : undefined),
    async findFeatureInWorkspace(argument) {
      const feature = await chosen(features, argument ?? features.page, 'find in the workspace');
      if (feature !== undefined) await findInWorkspace(features, feature);
    },
    async ablateFeature(argument) {
      const { document, at } = cursor();
      const feature = await chosen(features, argument ?? features.page, 'ablate or steer');
      if (feature === undefined) return;
      const change = await askForChange(features, feature);
      if (!change) return;
      const places = [
        { label: 'At the token under the cursor', everywhere: false },
        { label: 'At every token of the window that the model sees here', everywhere: true },
      ];
      const place = await window.showQuickPick(places, { title: 'Tokenscope: where?' });
      if (!place) return;
      const { everywhere } = place;
      const found = await features.on(document, (remote, version) =>
        remote.effect({ ...version, feature, at, everywhere, change }),
      );
      const lineOf = (utf16: number) => document.positionAt(utf16).line + 1;
      await pages.show(
        `effect of feature ${feature}.txt`,
        effectText(found, features.info!, lineOf),
      );
    },
    async labelFeature(argument) {
      const feature = await chosen(features, argument ?? features.page, 'label a feature');
      if (feature !== undefined) await askForLabel(features, feature);
    },
    exportFeatures: () => exportFeatures(features),
  };
}

function cursor(): { document: TextDocument; at: number } {
  const editor = window.activeTextEditor;
  if (!editor || !isInspectable(editor.document))
    throw new UserError('No text editor is active. Open a file first.');
  return { document: editor.document, at: editor.document.offsetAt(editor.selection.active) };
}

/** The feature given, or one that the user finds by its number or its label's words. */
async function chosen(
  features: Features,
  given: unknown,
  title: string,
): Promise<number | undefined> {
  if (typeof given === 'number') return given;
  type Item = QuickPickItem & { feature: number };
  const itemOf = (name: FeatureName): Item => ({
    feature: name.feature,
    label: titleOf(name),
    detail: `fires on ${densityWords(name.density)} of tokens`,
    alwaysShow: true,
  });
  const search = (words: string) =>
    features.call(remote => remote.findFeatures({ words, rows: LISTED }));
  const first = await search('');
  return new Promise((resolve, reject) => {
    const pick = window.createQuickPick<Item>();
    pick.title = `Tokenscope: ${title}`;
    pick.placeholder = 'A number, or words of its label';
    pick.items = first.map(itemOf);
    pick.onDidChangeValue(async value => {
      try {
        const found = await search(value);
        if (pick.value === value) pick.items = found.map(itemOf);
      } catch (error) {
        pick.hide();
        reject(error);
      }
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.feature);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function askForChange(
  features: Features,
  feature: number,
): Promise<EffectChange | undefined> {
  const [name] = await features.call(remote =>
    remote.findFeatures({ words: String(feature), rows: 1 }),
  );
  const ablate = { label: 'Ablate', detail: 'Its value becomes 0.' };
  const steer = { label: 'Steer…', detail: 'Something is added to its value, or taken off.' };
  const choice = await window.showQuickPick([ablate, steer], {
    title: `Tokenscope: ${name ? titleOf(name) : feature}`,
  });
  if (!choice) return undefined;
  if (choice === ablate) return { kind: 'ablate' };
  const max = name?.max;
  const text = await window.showInputBox({
    title: 'Tokenscope: steer by how much?',
    prompt: max ? `Its highest value is ${max.toFixed(2)}` : 'In units of its value',
    value: max ? max.toFixed(1) : '1',
    validateInput: text =>
      text.trim() !== '' && Number.isFinite(Number(text))
        ? undefined
        : 'A number, such as 2.5 or -1',
  });
  return text === undefined ? undefined : { kind: 'steer', by: Number(text) };
}

/** While it is written: how it agrees with the feature on the open document. */
async function askForLabel(features: Features, feature: number): Promise<void> {
  const { document } = cursor();
  const own = features.labels.find(label => label.feature === feature);
  const description = await window.showInputBox({
    title: `Tokenscope: label of feature ${feature}`,
    prompt: 'What it fires on, in your words. Empty takes your label away.',
    value: own?.description ?? '',
  });
  if (description === undefined) return;
  if (description === '') return features.label({ feature, description, predicate: null });
  const predicate = await new Promise<string | undefined>(resolve => {
    const box = window.createInputBox();
    box.title = `Tokenscope: when does “${description}” hold?`;
    box.prompt = PREDICATE_HELP;
    box.value = own?.predicate ?? '';
    const judge = async () => {
      const { value } = box;
      box.validationMessage = value ? await judged(features, document, feature, value) : undefined;
    };
    box.onDidChangeValue(() => void judge());
    box.onDidAccept(() => {
      resolve(box.value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
    void judge();
  });
  if (predicate === undefined) return;
  const text = asPredicate(predicate);
  checkPredicate(text);
  await features.label({ feature, description, predicate: text || null });
}

const PREDICATE_HELP =
  'A predicate such as class="word" & -1:token="." or a regular expression over the token such as /^\\s*def$/. Empty: none.';

/** A regular expression alone is about the token's text. */
function asPredicate(text: string): string {
  return /^\/.*\/$/.test(text.trim()) ? `token~${text.trim()}` : text.trim();
}

function checkPredicate(text: string): void {
  try {
    if (text) parsePredicate(text);
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    throw new UserError(`The predicate cannot be read: ${error.message}.`);
  }
}

async function judged(
  features: Features,
  document: TextDocument,
  feature: number,
  text: string,
): Promise<{ message: string; severity: 1 | 3 } | undefined> {
  try {
    const predicate = asPredicate(text);
    checkPredicate(predicate);
    const { fires, holds, both } = await features.on(document, (remote, at) =>
      remote.agreement({ ...at, feature, predicate, language: document.languageId }),
    );
    const share = (of: number) => (of > 0 ? (both / of).toFixed(2) : '–');
    const message =
      `In ${basename(document.fileName)}: precision ${share(fires)} (of ${fires} tokens where it fires), ` +
      `recall ${share(holds)} (of ${holds} where it holds)`;
    return { message, severity: 1 };
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    return { message: (error as Error).message, severity: 3 };
  }
}

/** Files one by one, with progress; then a list of the places, each of which can be gone to. */
async function findInWorkspace(features: Features, feature: number): Promise<void> {
  const options = {
    location: ProgressLocation.Notification,
    title: `Tokenscope: looking for feature ${feature}`,
    cancellable: true,
  };
  const found = await window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    const uris = await workspace.findFiles('**/*', undefined, SEARCHED_FILES, token);
    const all: FeatureExample[] = [];
    for (const [i, uri] of uris.entries()) {
      if (token.isCancellationRequested) break;
      progress.report({ message: `file ${i + 1} of ${uris.length}`, increment: 100 / uris.length });
      const { size } = await workspace.fs.stat(uri);
      if (reasonToSkip(uri.path, size)) continue;
      const text = decoded(await workspace.fs.readFile(uri));
      if (text === undefined) continue;
      const ask = { uri: uri.toString(), text, feature, count: EXAMPLES_PER_FILE };
      try {
        all.push(...(await features.call(remote => remote.examplesIn(ask, controller.signal))));
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error;
      }
    }
    return all.sort((a, b) => b.value - a.value);
  });
  if (found.length === 0) {
    void window.showInformationMessage(
      `Feature ${feature} fires nowhere in the workspace's texts.`,
    );
    return;
  }
  const items = found.slice(0, LISTED).map(example => ({
    example,
    label: `${example.before.trimStart()}▸${example.token}◂${example.after}`.trim(),
    description: example.value.toFixed(2),
    detail: `${workspace.asRelativePath(Uri.parse(example.uri))}, line ${example.line}`,
  }));
  const choice = await window.showQuickPick(items, {
    title: `Tokenscope: where feature ${feature} fires, highest first`,
    matchOnDetail: true,
  });
  if (choice) await goTo(choice.example);
}

export async function goTo(example: Pick<FeatureExample, 'uri' | 'utf16Start' | 'utf16End'>) {
  const document = await workspace.openTextDocument(Uri.parse(example.uri));
  const editor = await window.showTextDocument(document, { viewColumn: ViewColumn.Active });
  const start = document.positionAt(example.utf16Start);
  editor.selection = new Selection(document.positionAt(example.utf16End), start);
  editor.revealRange(editor.selection);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const FORMATS: { label: string; detail: string; format: ExportFormat; ending: string }[] = [
  {
    label: 'Features of every token',
    detail: 'JSON lines, as `tokenscope features --json` prints them',
    format: 'jsonl',
    ending: 'jsonl',
  },
  {
    label: 'Activations for Neuronpedia',
    detail: 'A JSON line for each pinned feature, or for the features that stand out here',
    format: 'neuronpedia',
    ending: 'jsonl',
  },
  { label: 'Picture of the view', detail: 'SVG', format: 'svg', ending: 'svg' },
];

async function exportFeatures(features: Features): Promise<void> {
  const { document } = cursor();
  const editor = window.activeTextEditor!;
  const choice = await window.showQuickPick(FORMATS, { title: 'Tokenscope: export features' });
  if (!choice) return;
  const { format, ending } = choice;
  const [visible] = editor.visibleRanges;
  const whole = { utf16Start: 0, utf16End: document.getText().length };
  const shown = !editor.selection.isEmpty ? editor.selection : visible;
  const range = format === 'svg' && shown ? offsetsOf(document, shown) : whole;
  const wish = features.wish();
  const text = await features.on(document, async (remote, at) => {
    await remote.encode({ ...at, visible: [range], maxTokens: Infinity });
    return remote.exportFeatures({ ...at, format, range, wish });
  });
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `${basename(document.fileName)}.features.${ending}`;
  const target = await window.showSaveDialog({
    title: 'Tokenscope: export features',
    ...(folder && { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (target) await workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
