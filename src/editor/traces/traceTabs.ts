// Editors of traces outlive the window: VS Code restores none of documents that an extension provides.
import {
  commands,
  TabInputText,
  Uri,
  window,
  type Disposable,
  type Memento,
  type Tab,
} from 'vscode';
import { queryOf, TRACE_SCHEME } from './traceDocuments';

const KEY = 'traceTabs';

interface RememberedTab {
  readonly uri: string;
  readonly viewColumn: number;
  /** Whether it was in front of its group. */
  readonly isActive: boolean;
}

/** Opens the traces again that were open, and remembers those that are. */
export async function keepTraceTabs(
  memento: Memento,
  onError: (error: unknown) => void,
): Promise<Disposable> {
  const remembered = memento.get<readonly RememberedTab[]>(KEY) ?? [];
  const open = new Set(traceTabs().map(({ uri }) => uri));
  for (const { uri, viewColumn, isActive } of remembered) {
    if (open.has(uri)) continue;
    // Those behind others are read when they are looked at.
    const options = { viewColumn, preview: false, preserveFocus: true, background: !isActive };
    try {
      await commands.executeCommand('vscode.open', Uri.parse(uri, true), options);
    } catch (error) {
      onError(error);
    }
  }
  const remember = () => void memento.update(KEY, traceTabs());
  remember();
  return window.tabGroups.onDidChangeTabs(remember);
}

/** Closes the editors of a file's traces: after a reload they would list it again. */
export async function closeTraceTabs(file: Uri): Promise<void> {
  const own = window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(tab => {
      const uri = traceOf(tab);
      return uri && queryOf(uri).file === file.toString();
    });
  await window.tabGroups.close(own, true);
}

function traceTabs(): RememberedTab[] {
  return window.tabGroups.all.flatMap(({ tabs, viewColumn }) =>
    tabs.flatMap(tab => {
      const uri = traceOf(tab);
      return uri ? [{ uri: uri.toString(), viewColumn, isActive: tab.isActive }] : [];
    }),
  );
}

function traceOf({ input }: Tab): Uri | undefined {
  return input instanceof TabInputText && input.uri.scheme === TRACE_SCHEME ? input.uri : undefined;
}
