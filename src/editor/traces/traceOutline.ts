// A trace's steps in the editor: folded, outlined, and each with a line that says what is known of it.
import {
  DocumentSymbol,
  EventEmitter,
  FoldingRange,
  InlayHint,
  languages,
  Range,
  SymbolKind,
  type Disposable,
  type Event,
  type TextDocument,
} from 'vscode';
import type { TraceStep } from '../../core/traces/trace';
import { rangeOf } from '../ui/editorRanges';
import type { OpenTrace, TraceDocuments } from './traceDocuments';

export const TRACE_LANGUAGE = 'tokenscope-trace';
const NAME_CHARACTERS = 60;

/** What is known of a step besides its text, for people: 'p(success) 62 % → 3 %'. */
export type StepNotes = (trace: OpenTrace) => (step: TraceStep) => readonly string[];

export function registerTraceOutline(
  traces: TraceDocuments,
  notesOf: StepNotes,
  onDidChangeNotes: Event<unknown>,
): Disposable[] {
  const changed = new EventEmitter<void>();
  const stepsOf = (document: TextDocument) => {
    const open = traces.traceOf(document);
    if (!open) return [];
    const noted = notesOf(open);
    return open.trace.steps.map((step, index) => ({
      ...{ index, notes: () => told(open, step, index, noted(step)) },
      range: rangeOf(document, open.text.rangeOf(step)),
    }));
  };
  return [
    changed,
    onDidChangeNotes(() => changed.fire()),
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
              `${index + 1}. ${nameOf(document, range)}`,
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

function told(
  { trace }: OpenTrace,
  { label }: TraceStep,
  index: number,
  notes: readonly string[],
): string[] {
  const first = trace.firstWrongStep === index ? ['first wrong step, says the file'] : [];
  return [...first, ...(label ? [label] : []), ...notes];
}

function nameOf(document: TextDocument, range: Range): string {
  const [line = ''] = document.getText(range).trim().split('\n', 1);
  return line.length > NAME_CHARACTERS ? `${line.slice(0, NAME_CHARACTERS)}…` : line || '(blank)';
}

/** A step that ends with its line end does not reach into the next line. */
function lastLine({ start, end }: Range): number {
  return end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
}
