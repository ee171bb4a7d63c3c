// The only folder that shows messages, lists, input boxes and progress: whatever is in their texts is shown as text. The
// build refuses VS Code's functions elsewhere (build/messages.mjs).
import {
  EventEmitter,
  window,
  type InputBox,
  type InputBoxOptions,
  type QuickPick,
  type QuickPickItem,
  type QuickPickOptions,
} from 'vscode';
import { plainText, withPlainTexts } from './plainText';

/** A button of a message. */
export interface Action {
  readonly title: string;
  run(): unknown;
}

export type Severity = 'information' | 'warning' | 'error';

/** What the user was told or asked, for the tests. */
export interface Said {
  readonly kind: Severity | 'status' | 'progress' | 'list' | 'input';
  readonly text: string;
  readonly actions: readonly string[];
}

const said = new EventEmitter<Said>();
export const onDidSay = said.event;

export function note(kind: Said['kind'], text: string, actions: readonly string[] = []): void {
  said.fire({ kind, text, actions });
}

const SHOW = {
  information: (text: string, titles: string[]) => window.showInformationMessage(text, ...titles),
  warning: (text: string, titles: string[]) => window.showWarningMessage(text, ...titles),
  error: (text: string, titles: string[]) => window.showErrorMessage(text, ...titles),
} satisfies Record<Severity, unknown>;

/** Shows a message; a button that is chosen runs its action. */
export function showMessage(severity: Severity, message: string, actions: readonly Action[] = []) {
  const text = plainText(message);
  const titles = actions.map(({ title }) => title);
  note(severity, text, titles);
  void SHOW[severity](text, titles).then(chosen =>
    actions.find(({ title }) => title === chosen)?.run(),
  );
}

/** Asks a question; answers the title of the button that is chosen. */
export async function choose(question: string, ...titles: string[]): Promise<string | undefined> {
  const text = plainText(question);
  note('information', text, titles);
  return SHOW.information(text, titles);
}

/** Asks in a dialog, which nobody overlooks, for consent. `details`: lines below the question. */
export async function confirm(
  question: string,
  details: readonly string[],
  title: string,
): Promise<boolean> {
  const text = plainText(question);
  const detail = details.map(plainText).join('\n');
  note('information', `${text}\n${detail}`, [title]);
  return (await window.showInformationMessage(text, { modal: true, detail }, title)) === title;
}

/** Milliseconds for which a line of the status bar is shown. */
const STATUS_MS = 4000;

/** Shows a line in the status bar for a moment: for what is seen at once, or asked for again and again. */
export function showBriefly(message: string): void {
  const text = plainText(message);
  note('status', text);
  window.setStatusBarMessage(text, STATUS_MS);
}

/** Shows a list; answers the item that was chosen. */
export async function showList<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions & { title: string },
): Promise<T | undefined> {
  note('list', options.title);
  const shown = items.map(item => ({ ...plainItem(item), item }));
  return (await window.showQuickPick(shown, withPlainTexts(options, ['title', 'placeHolder'])))
    ?.item;
}

/** Shows a list of which any number is chosen: those with `picked` unless the user changes it. */
export async function showChoices<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions & { title: string },
): Promise<readonly T[] | undefined> {
  note('list', options.title);
  const shown = items.map(item => ({ ...plainItem(item), item }));
  const texts = withPlainTexts(options, ['title', 'placeHolder']);
  const chosen = await window.showQuickPick(shown, { ...texts, canPickMany: true });
  return chosen?.map(({ item }) => item);
}

/** A list whose items depend on what is typed; `setItems` shows them. */
export function createList<T extends QuickPickItem>(
  title: string,
  placeholder: string,
): { list: QuickPick<T>; setItems(items: readonly T[]): void } {
  const list = window.createQuickPick<T>();
  list.title = plainText(title);
  list.placeholder = plainText(placeholder);
  note('list', title);
  return { list, setItems: items => (list.items = items.map(plainItem)) };
}

/** Asks for a line of text. */
export function ask(options: InputBoxOptions & { title: string }): Thenable<string | undefined> {
  note('input', options.title);
  return window.showInputBox(withPlainTexts(options, ['title', 'prompt', 'placeHolder']));
}

/** An input box; the message about what is typed goes through `plainText`. */
export function createInput(title: string, prompt: string): InputBox {
  const box = window.createInputBox();
  box.title = plainText(title);
  box.prompt = plainText(prompt);
  note('input', title);
  return box;
}

function plainItem<T extends QuickPickItem>(item: T): T {
  return withPlainTexts(item, ['label', 'description', 'detail']);
}
