// A trace's steps in the editor: folded, outlined, and each with a hint of what is known of it.
import {
  DocumentSymbol,
  EventEmitter,
  FoldingRange,
  InlayHint,
  languages,
  type Range,
  SymbolKind,
  type Disposable,
  type TextDocument,
} from 'vscode';
import type { TraceStep } from '../../core/traces/trace';
import type { RolloutView } from '../../protocol/traces';
import { rangeOf } from '../ui/editorRanges';
import { plainText } from '../ui/plainText';
import { shareChange, type Rollouts } from './rollouts';
import type { OpenTrace, TraceDocuments } from './traceDocuments';

export const TRACE_LANGUAGE = 'tokenscope-trace';
const NAME_CHARACTERS = 60;

export function registerTraceOutline(traces: TraceDocuments, rollouts: Rollouts): Disposable[] {
  const changed = new EventEmitter<void>();
  const stepsOf = (document: TextDocument) => {
    const open = traces.traceOf(document);
    if (!open) return [];
    const view = rollouts.viewOf(open);
    return open.trace.steps.map((step, index) => ({
      index,
      notes: () => notesOn(open, step, index, view),
      range: rangeOf(document, open.text.rangeOf(step)),
    }));
  };
  return [
    changed,
    rollouts.onDidChange(() => changed.fire()),
    traces.onDidChange(() => changed.fire()),
    languages.registerFoldingRangeProvider(TRACE_LANGUAGE, {
      provideFoldingRanges: document =>
        stepsOf(document)
          .map(({ range }) => new FoldingRange(range.start.line, lastLine(range)))
          .filter(({ start, end }) => end > start),
    }),
    languages.registerDocumentSymbolProvider(TRACE_LANGUAGE, {
      provideDocumentSymbols: document =>
        stepsOf(document).map(
          ({ index, notes, range }) =>
            new DocumentSymbol(
              `${index + 1}. ${plainText(nameOf(document, range))}`,
              notes().join(', '),
              SymbolKind.String,
              range,
              range,
            ),
        ),
    }),
    languages.registerInlayHintsProvider(TRACE_LANGUAGE, {
      onDidChangeInlayHints: changed.event,
      provideInlayHints: (document, visible) =>
        stepsOf(document)
          .filter(({ range }) => visible.intersection(range))
          .map(({ index, notes, range }) => {
            const words = [`step ${index + 1}`, ...notes()].join(' · ');
            const hint = new InlayHint(range.start, words);
            hint.paddingRight = true;
            return hint;
          }),
    }),
  ];
}

/** What the file and the rollouts say of a step: 'p(success) 62 % → 3 %'. */
function notesOn(
  { trace, text }: OpenTrace,
  step: TraceStep,
  index: number,
  view: RolloutView | undefined,
): string[] {
  return [
    ...(trace.firstWrongStep === index ? ['first wrong step, according to the file'] : []),
    ...(step.label ? [plainText(step.label)] : []),
    ...(view ? shareChange(view, text.rangeOf(step)) : []),
  ];
}

function nameOf(document: TextDocument, range: Range): string {
  const [line = ''] = document.getText(range).trim().split('\n', 1);
  return line.length > NAME_CHARACTERS ? `${line.slice(0, NAME_CHARACTERS)}…` : line || '(blank)';
}

/** A step that ends with a line end does not reach into the next line. */
function lastLine({ start, end }: Range): number {
  return end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
}
