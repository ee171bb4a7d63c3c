// The visible tokens, for the tabs that list them.
import type { TextEditor } from 'vscode';
import { Cancelled } from '../../../core/errors';
import type { VisibleTokens } from '../../../protocol/page';
import type { Range16 } from '../../../protocol/types';
import type { VersionedView } from '../../engine/engineQueries';
import { visibleRanges } from '../../ui/editorRanges';
import { lensOptions } from '../lensOptions';
import type { InspectorTab, TabContext } from './tab';

const LIST_MS = 120;

/** Tokens listed at once: more than a screen of code holds, few enough to draw at every scroll. */
const LISTED = 1000;

export const visibleTokensTab: InspectorTab<VisibleTokens> = {
  delayMs: LIST_MS,
  refreshOn: { visibleRanges: true, cursor: isOutsideListedPart, scores: missesScores },
  state: visibleTokens,
};

function missesScores({ runs }: VisibleTokens): boolean {
  return runs.some(({ view }) => view.pending > 0);
}

/** Whether the cursor has left the listed tokens, where there are others on the screen. */
function isOutsideListedPart({ runs, visible }: VisibleTokens, editor: TextEditor): boolean {
  const listed = runs.reduce((sum, { view }) => sum + view.ids.length, 0);
  if (listed >= visible) return false;
  const at = editor.document.offsetAt(editor.selection.active);
  const first = runs[0]?.view.utf16Starts[0] ?? 0;
  return at < first || at >= (runs.at(-1)?.view.utf16Ends.at(-1) ?? 0);
}

/** The tokens around the cursor, where there are more than a page draws at once. */
async function visibleTokens(context: TabContext): Promise<VisibleTokens> {
  const { editor, engine, queries } = context;
  const { document, selection } = editor;
  const options = lensOptions(context, document);
  const { version } = document;
  const ranges = visibleRanges(editor, 0);
  const count = await queries.count(document, ranges);
  const cursor = document.offsetAt(selection.active);
  const atCursor = ranges.findIndex(({ utf16End }) => utf16End > cursor);
  const here = atCursor < 0 ? ranges.length - 1 : atCursor;
  const runs: VisibleTokens['runs'] = [];
  let left = LISTED;
  const list = async (range: Range16, around: number) => {
    if (left <= 0) return undefined;
    const request = { ...options, details: 'bytes', maxTokens: left, around } as const;
    const { view } = current(await queries.view(document, range, request));
    left -= view.ids.length;
    if (view.ids.length === 0) return undefined;
    const utf16Start = view.utf16Starts[0]!;
    const run = { line: document.positionAt(utf16Start).line + 1, view, second: null };
    if (!engine.second) return run;
    const all = { details: 'bytes', second: true, maxTokens: Infinity } as const;
    const same = { utf16Start, utf16End: view.utf16Ends.at(-1)! };
    return { ...run, second: current(await queries.view(document, same, all)).view };
  };
  // The range with the cursor, then the ranges below it, then those above it.
  for (let i = here; i >= 0 && i < ranges.length; i++) {
    const run = await list(ranges[i]!, i === here ? cursor : 0);
    if (run) runs.push(run);
  }
  for (let i = here - 1; i >= 0; i--) {
    const run = await list(ranges[i]!, ranges[i]!.utf16End);
    if (run) runs.unshift(run);
  }
  return { uri: document.uri.toString(), version, runs, visible: count.ranges };

  function current(answer: VersionedView): VersionedView {
    if (answer.version !== version) throw new Cancelled();
    return answer;
  }
}
