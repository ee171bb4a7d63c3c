// Which editors are sides of a diff.
import { TabInputTextDiff, window, type Disposable, type Tab, type TextEditor } from 'vscode';

export function isInDiff({ document, viewColumn }: TextEditor): boolean {
  const address = document.uri.toString();
  return window.tabGroups.all.some(group => {
    // The left side of a diff has no column.
    const isHere = viewColumn === undefined || viewColumn === group.viewColumn;
    const sides = isHere ? sidesOf(group.activeTab) : [];
    return sides.some(uri => uri.toString() === address);
  });
}

/** A diff was opened or came to the front, which the editors in it do not say by themselves. */
export function onDidShowDiff(listener: () => void): Disposable {
  return window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
    if ([...opened, ...changed].some(tab => sidesOf(tab).length > 0)) listener();
  });
}

function sidesOf(tab: Tab | undefined) {
  const input = tab?.input;
  return input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
}
