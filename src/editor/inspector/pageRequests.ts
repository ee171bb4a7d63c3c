// What the buttons and lists of the inspector's page do in the editor.
import { commands, window } from 'vscode';
import type { Handlers } from '../../protocol/channel';
import type { FeatureAct, HostApi } from '../../protocol/page';
import { isInspectable } from '../ui/editorRanges';
import { openAt, select } from '../ui/goTo';
import type { InspectorServices } from './tabs/tab';

/** Commands that ask for what the page does not say. */
const FEATURE_COMMANDS: Record<Exclude<FeatureAct, 'show' | 'unpin'>, string> = {
  pin: 'pinFeature',
  ablate: 'ablateFeature',
  label: 'labelFeature',
  search: 'findFeatureInWorkspace',
};

type PageRequests = Pick<Handlers<HostApi>, 'run' | 'feature' | 'open' | 'select'>;

export function pageRequests(
  { state, features, shown }: Pick<InspectorServices, 'state' | 'features' | 'shown'>,
  onFailure: (error: unknown) => void,
): PageRequests {
  const run = async (command: string, feature?: number) =>
    void (await commands.executeCommand(`tokenscope.${command}`, feature));
  return {
    run: ({ command }) => run(command),
    open: place => openAt(shown.inFile(place)).catch(onFailure),
    select({ uri, version, goThere, ...range }) {
      const editor = inspectedEditor();
      if (editor?.document.uri.toString() !== uri || editor.document.version !== version) return;
      select(editor, range);
      if (goThere) void commands.executeCommand('workbench.action.focusActiveEditorGroup');
    },
    feature({ feature, act, threshold }) {
      if (act === 'show') features.show(feature ?? undefined);
      else if (act === 'unpin') {
        if (feature !== null) state.unpin(feature);
      } else if (act === 'pin' && feature !== null && threshold !== undefined)
        state.pin(feature, threshold);
      else void run(FEATURE_COMMANDS[act], feature ?? undefined);
    },
  };
}

/** The active editor, where it shows a text of the user's. */
export function inspectedEditor() {
  const editor = window.activeTextEditor;
  return editor && isInspectable(editor.document) ? editor : undefined;
}
