// What all tabs of the inspector share.
import type { TextEditor } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import type { InspectorState } from '../../protocol/page';
import { documentName } from './documentName';
import type { InspectorServices } from './tabs/tab';

/** Identifies what numbers belong to: the models that are open, and the text. */
export function sourceOf(
  { engine: { state } }: Pick<InspectorServices, 'engine'>,
  editor: TextEditor | undefined,
): string {
  const { model, second } =
    state.kind === 'ready' ? state : { model: undefined, second: undefined };
  const text = editor?.document.uri.toString();
  return JSON.stringify([model?.folder, model?.name, second?.path, text]);
}

function heatOf({ scale }: Lens): InspectorState['heat'] {
  if (scale.kind !== 'heat') return null;
  return { bounds: scale.bounds, ...(scale.about && { about: scale.about }) };
}

export async function sharedState(
  services: InspectorServices,
  editor: TextEditor | undefined,
): Promise<InspectorState> {
  const { engine, queries, traces } = services;
  const { lensId, lens, isOn, pins } = services.state;
  const { state } = engine;
  const shared: InspectorState = {
    lens: lensId,
    heat: heatOf(lens),
    isOn,
    engine: state.kind,
    message: state.kind === 'failed' ? state.message : '',
    source: sourceOf(services, editor),
    model: state.kind === 'ready' ? state.model.name : '',
    second: engine.second?.name ?? '',
    secondProblem: state.kind === 'ready' ? state.secondProblem : '',
    file: editor ? documentName(editor.document) : '',
    channels: pins.map(({ feature }) => `feature ${feature}`),
    cursorTokens: [],
    firstToken: 0,
  };
  if (!editor || !isOn || state.kind !== 'ready') return shared;
  const utf16Start = editor.document.offsetAt(editor.selection.active);
  const range = { utf16Start, utf16End: utf16Start + 1 };
  const { view } = await queries.view(editor.document, range);
  const text = editor.document;
  const answerStart = traces.traceOf(text)?.text.start;
  return {
    ...shared,
    cursorTokens: Array.from(view.ids, (_, i) => view.first + i),
    firstToken: await queries.firstToken({ text, answerStart }),
  };
}
