// A list of a text's tokens by the lens's number, the largest first; choosing one goes to it.
import { window, type QuickPickItem, type TextEditor } from 'vscode';
import type { Scale } from '../../core/lenses/scale';
import type { Lens } from '../../core/lenses/lens';
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import { formatCount } from '../../core/format';
import type { Range16 } from '../../protocol/types';
import type { TokenView } from '../../protocol/scores';
import { select } from '../ui/goTo';
import { showList } from '../ui/messages';
import { passOptions, type EngineQueries } from '../engine/engineQueries';
import { textAtCursor } from './peaks';
import { scoreText } from './scoreText';
import type { ShownTexts } from './textSource';

const LISTED = 200;
/** More tokens of a text are not looked at. */
const MAX_TOKENS = 200_000;

export async function goToByScore(
  editor: TextEditor,
  { queries, shown }: { queries: EngineQueries; shown: ShownTexts },
  lens: Lens,
): Promise<void> {
  const { document } = editor;
  if (lens.per !== 'token' || lens.scale.kind === 'alternate') {
    throw new UserError(
      `The lens "${lens.title}" has no number for each token. Choose another one, such as Surprisal, with "Tokenscope: Choose Lens…".`,
    );
  }
  const at = textAtCursor(editor, shown, lens);
  const whole = { utf16Start: 0, utf16End: at.text.getText().length };
  if (!at.saved && !(await scoreText(queries, at.text, whole, lens))) return;
  const passes = passOptions(lens, at);
  const request = { details: 'bytes', maxTokens: MAX_TOKENS, ...passes } as const;
  const view = at.saved?.view ?? (await queries.view(at.text, whole, request)).view;
  const firstToken = await queries.firstToken(at);
  const rows = largestFirst(view, lens, lens.scale);
  const items = itemsOf(view, lens, rows.slice(0, LISTED), firstToken, range => {
    const [place] = at.placesOf(range);
    return place && { ...place, line: document.positionAt(place.utf16Start).line + 1 };
  });
  const choice = await showList(items, {
    title: `Tokenscope: tokens by ${lens.title.toLowerCase()}`,
    placeHolder: listedWords(view, rows.length),
    matchOnDescription: true,
  });
  if (!choice) return;
  const column = editor.viewColumn;
  select(await window.showTextDocument(document, column ? { viewColumn: column } : {}), choice);
}

interface Row {
  readonly row: number;
  readonly value: number;
}

/** The rows that have a number. */
function largestFirst(view: TokenView, lens: Lens, scale: Scale): Row[] {
  const size = scale.kind === 'diverging' ? Math.abs : (value: number) => value;
  return Array.from(view.ids, (_, row) => ({
    row,
    value: lens.value(view.scores, row, view.first + row),
  }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => size(b.value) - size(a.value));
}

/** What is listed, of how many tokens. */
function listedWords({ ids, total }: TokenView, numbers: number): string {
  if (numbers === 0) return 'No token has a number yet';
  const sentences = [
    numbers > LISTED
      ? `Type to filter the ${LISTED} largest of ${formatCount(numbers)} numbers.`
      : 'Type to filter.',
    ...(total > ids.length ? [`Only ${formatCount(ids.length)} tokens were looked at.`] : []),
  ];
  return sentences.join(' ');
}

function itemsOf(
  view: TokenView,
  lens: Lens,
  rows: readonly Row[],
  firstToken: number,
  placeOf: (range: Range16) => (Range16 & { line: number }) | undefined,
): (QuickPickItem & { utf16Start: number; utf16End: number })[] {
  return rows.flatMap(({ row, value }) => {
    const place = placeOf({ utf16Start: view.utf16Starts[row]!, utf16End: view.utf16Ends[row]! });
    if (!place) return [];
    const index = view.first + row - firstToken;
    const where = `line ${place.line}, ${index < 0 ? 'in the question' : `token index ${index}`}`;
    const label = displayToken(view.bytes![row]!);
    return [{ label, description: `${lens.format(value)} · ${where}`, ...place }];
  });
}
