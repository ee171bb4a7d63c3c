// What the inspector's page is told of a trace's rollouts.
import type { TextDocument } from 'vscode';
import type { CurveState } from '../../protocol/page';
import type { Rollouts } from '../traces/rollouts';
import type { TraceDocuments } from '../traces/traceDocuments';

/** Characters told of the text before a point. */
const BEFORE = 24;

/** Null where the document is no trace. */
export function curveState(
  document: TextDocument | undefined,
  traces: TraceDocuments,
  rollouts: Rollouts,
): CurveState | null {
  const open = traces.traceOf(document);
  if (!document || !open) return null;
  const view = rollouts.viewOf(open) ?? null;
  const text = document.getText();
  const before = view?.points.map(({ token, utf16 }) =>
    token < 0 ? '' : text.slice(Math.max(open.text.start, utf16 - BEFORE), utf16),
  );
  const uri = document.uri.toString();
  return { uri, version: document.version, view, before: before ?? [] };
}
