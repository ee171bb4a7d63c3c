// Lets the user choose a path: one of a list, or a folder or file that is browsed for.
import { Uri, window, type OpenDialogOptions, type QuickPickItem } from 'vscode';
import { note, showList } from './messages';

export interface PickOptions<T> {
  readonly title: string;
  readonly placeHolder?: string;
  /** Label of the dialog's button. */
  readonly openLabel: string;
  /** Choices that need no dialog. */
  readonly known?: readonly (QuickPickItem & { readonly value: T })[];
  /** Which of the two can be browsed for; `detail` describes what is looked for. */
  readonly folders?: { readonly detail?: string };
  readonly files?: { readonly detail?: string };
  readonly filters?: Record<string, string[]>;
}

/** A known value, or the place that was browsed for; undefined where none was chosen. */
export async function pickUri<T = never>(options: PickOptions<T>): Promise<T | Uri | undefined> {
  const { title, placeHolder, openLabel, known = [], folders, files, filters } = options;
  type Choice = QuickPickItem & ({ readonly value: T } | { readonly browse: OpenDialogOptions });
  const browseFor = (isFile: boolean): OpenDialogOptions => ({
    title,
    openLabel,
    canSelectFiles: isFile,
    canSelectFolders: !isFile,
    ...(filters && { filters }),
  });
  const choices: Choice[] = [
    ...known,
    ...(folders ? [{ label: 'Choose a folder…', ...folders, browse: browseFor(false) }] : []),
    ...(files ? [{ label: 'Choose a file…', ...files, browse: browseFor(true) }] : []),
  ];
  const choice =
    choices.length === 1
      ? choices[0]
      : await showList(choices, { title, ...(placeHolder && { placeHolder }) });
  if (!choice || 'value' in choice) return choice?.value;
  note('list', title);
  return (await window.showOpenDialog(choice.browse))?.[0];
}

/** For settings that hold a path. */
export async function pickPath(options: PickOptions<string>): Promise<string | undefined> {
  const chosen = await pickUri(options);
  return chosen instanceof Uri ? chosen.fsPath : chosen;
}
