// The tokens of a text by the number that the lens shows, the largest first: to read, and to go to.
import { window, type QuickPickItem, type TextEditor } from 'vscode';
import { type Scale } from '../core/scale';
import type { Lens } from '../core/lenses';
import { spell } from '../core/spell';
import { UserError } from '../protocol/channel';
import type { TokenView } from '../protocol/engine';
import { select } from './goTo';
import type { Inspection } from './inspection';

const LISTED = 200;
/** Tokens looked at. */
const MOST_TOKENS = 200_000;

export async function goToByScore(
  editor: TextEditor,
  inspection: Inspection,
  lens: Lens,
): Promise<void> {
  const { document } = editor;
  if (lens.per !== 'token' || lens.scale.kind === 'alternate') {
    throw new UserError(
      `The lens "${lens.title}" has no number for each token. Choose another one, such as Surprisal or Contrast.`,
    );
  }
  const whole = { utf16Start: 0, utf16End: document.getText().length };
  await inspection.score(document, [whole], lens);
  const { view } = await inspection.view(document, whole, {
    ...{ details: 'bytes', maxTokens: MOST_TOKENS, contrast: lens.comparesPair ?? false },
  });
  const items = itemsOf(view, lens, lens.scale, utf16 => document.positionAt(utf16).line + 1);
  const choice = await window.showQuickPick(items, {
    title: `Tokenscope: tokens by ${lens.title.toLowerCase()}`,
    placeHolder: items.length > 0 ? 'Type to filter' : 'No token has a number yet',
    matchOnDescription: true,
  });
  if (!choice) return;
  const column = editor.viewColumn;
  const shown = await window.showTextDocument(document, column ? { viewColumn: column } : {});
  select(shown, choice);
}

function itemsOf(
  view: TokenView,
  lens: Lens,
  scale: Scale,
  lineOf: (utf16: number) => number,
): (QuickPickItem & { utf16Start: number; utf16End: number })[] {
  const size = scale.kind === 'diverging' ? Math.abs : (value: number) => value;
  const rows = Array.from(view.ids, (_, row) => ({
    row,
    value: lens.value(view.scores, row, view.first + row),
  }));
  return rows
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => size(b.value) - size(a.value))
    .slice(0, LISTED)
    .map(({ row, value }) => {
      const [utf16Start, utf16End] = [view.utf16Starts[row]!, view.utf16Ends[row]!];
      const where = `line ${lineOf(utf16Start)}, token ${view.first + row + 1}`;
      const label = spell(view.bytes![row]!);
      return { label, description: `${lens.format(value)} · ${where}`, utf16Start, utf16End };
    });
}
