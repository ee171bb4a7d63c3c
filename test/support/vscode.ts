// What unit tests need of VS Code's API: values that hold what they are given, and a window without editors.
import { posix } from 'node:path';

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class MarkdownString {
  isTrusted: boolean | { enabledCommands: string[] } = false;
  supportHtml = false;
  supportThemeIcons = false;
  constructor(public value = '') {}
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
  translate(lines: number, characters: number): Position {
    return new Position(this.line + lines, this.character + characters);
  }
}

export class Range {
  constructor(
    readonly start: Position,
    readonly end: Position,
  ) {}
  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
  intersection(other: Range): Range | undefined {
    const isBefore = (a: Position, b: Position) =>
      a.line < b.line || (a.line === b.line && a.character < b.character);
    return isBefore(this.end, other.start) || isBefore(other.end, this.start) ? undefined : this;
  }
  with({ start = this.start, end = this.end }: { start?: Position; end?: Position }): Range {
    return new Range(start, end);
  }
}

export class Selection extends Range {
  readonly active: Position;
  constructor(anchor: Position, active: Position) {
    const isForward =
      anchor.line < active.line ||
      (anchor.line === active.line && anchor.character <= active.character);
    super(isForward ? anchor : active, isForward ? active : anchor);
    this.active = active;
  }
}

export class FoldingRange {
  constructor(
    readonly start: number,
    readonly end: number,
  ) {}
}

export class DocumentSymbol {
  constructor(
    readonly name: string,
    readonly detail: string,
  ) {}
}

export class InlayHint {
  constructor(
    readonly position: Position,
    readonly label: string,
  ) {}
}

export enum SymbolKind {
  String = 14,
}

export class Hover {
  constructor(
    readonly contents: readonly MarkdownString[],
    readonly range?: Range,
  ) {}
}

export class InlineCompletionItem {
  constructor(
    readonly insertText: string | SnippetString,
    readonly range: Range,
    readonly command: unknown,
  ) {}
}

export class SnippetString {
  value = '';
  appendText(text: string): this {
    this.value += text.replace(/[\\$}]/g, '\\$&');
    return this;
  }
  appendTabstop(stop: number): this {
    this.value += `$${stop}`;
    return this;
  }
}

export enum InlineCompletionTriggerKind {
  Invoke = 0,
  Automatic = 1,
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon {
  static readonly File = new ThemeIcon('file');
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export enum TreeItemCollapsibleState {
  None = 0,
  Collapsed = 1,
  Expanded = 2,
}

export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState = TreeItemCollapsibleState.None,
  ) {}
}

export enum QuickPickItemKind {
  Separator = -1,
  Default = 0,
}
export enum StatusBarAlignment {
  Left = 1,
  Right = 2,
}

export enum DecorationRangeBehavior {
  ClosedClosed = 1,
}

export enum OverviewRulerLane {
  Left = 1,
  Right = 4,
  Full = 7,
}

export enum ProgressLocation {
  Window = 10,
  Notification = 15,
}

export class TabInputTextDiff {
  constructor(
    readonly original: { toString(): string },
    readonly modified: { toString(): string },
  ) {}
}

export class TabInputText {
  constructor(readonly uri: Uri) {}
}

export enum FileType {
  File = 1,
  Directory = 2,
}

export class RelativePattern {
  constructor(
    readonly base: unknown,
    readonly pattern: string,
  ) {}
}

export class CancellationError extends Error {}

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class LanguageModelToolResult {
  constructor(readonly content: readonly LanguageModelTextPart[]) {}
}

export class FileSystemError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query = '',
  ) {}
  static file = (path: string) => new Uri('file', path);
  static from({ scheme, path, query }: { scheme: string; path: string; query?: string }): Uri {
    return new Uri(scheme, path, query);
  }
  static parse(address: string): Uri {
    const [, scheme = '', path = '', query] = /^(\w[\w-]*):(?:\/\/)?([^?]*)(?:\?(.*))?$/s.exec(
      address,
    )!;
    return new Uri(scheme, path, query);
  }
  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return new Uri(uri.scheme, posix.join(uri.path, ...parts));
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}${this.query && `?${this.query}`}`;
  }
}

/** A box that a text is typed into. */
class InputBox {
  value = '';
  title = '';
  prompt = '';
  validationMessage: unknown;
  busy = false;
  private readonly events = {
    change: new EventEmitter<string>(),
    accept: new EventEmitter<void>(),
    hide: new EventEmitter<void>(),
  };
  readonly onDidChangeValue = this.events.change.event;
  readonly onDidAccept = this.events.accept.event;
  readonly onDidHide = this.events.hide.event;
  show(): void {}
  hide = () => this.events.hide.fire();
  dispose(): void {}
  type(value: string): void {
    this.value = value;
    this.events.change.fire(value);
  }
  accept = () => this.events.accept.fire();
}

/** A list whose items depend on what is typed. */
class QuickPick extends InputBox {
  items: { label: string }[] = [];
  activeItems: { label: string }[] = [];
  selectedItems: { label: string }[] = [];
  private readonly active = new EventEmitter<{ label: string }[]>();
  readonly onDidChangeActive = this.active.event;
  point(label: string): void {
    this.activeItems = this.items.filter(item => item.label === label);
    this.active.fire(this.activeItems);
  }
  choose(label: string): void {
    this.selectedItems = this.items.filter(item => item.label === label);
    this.accept();
  }
}

export const ViewColumn = { Active: -1, Beside: -2 };

/** Without this one: settings are not compared with its manifest. */
export const extensions = { all: [], getExtension: (): unknown => undefined };

const changed = {
  configuration: new EventEmitter<{ affectsConfiguration(section: string): boolean }>(),
  activeEditor: new EventEmitter<unknown>(),
  visibleEditors: new EventEmitter<unknown>(),
  visibleRanges: new EventEmitter<unknown>(),
  selection: new EventEmitter<unknown>(),
  text: new EventEmitter<unknown>(),
  closed: new EventEmitter<unknown>(),
  saved: new EventEmitter<{ uri: Uri }>(),
  tabs: new EventEmitter<unknown>(),
};
const given = new Map<string, unknown>();

/** What tests see of the window and do to it. */
export const fake = {
  changed,
  /** What completes, in the order in which it was registered. */
  completionProviders: [] as { provider: unknown; isDisposed: boolean }[],
  languageStatus: undefined as object | undefined,
  providers: {} as Record<'folding' | 'hints' | 'hover' | 'symbols', unknown>,
  statusItem: undefined as { text: string; tooltip: unknown } | undefined,
  commands: [] as unknown[][],
  /** Messages that were shown. */
  messages: [] as [severity: string, text: string, ...buttons: unknown[]][],
  /** By their paths. */
  files: new Map<string, Uint8Array>(),
  /** Paths of files that are not there any more. */
  gone: new Set<string>(),
  /** What provides the texts of documents, by their scheme. */
  contents: new Map<string, { provideTextDocumentContent(uri: Uri): unknown }>(),
  /** Addresses of documents that were opened. */
  opened: [] as Uri[],
  /** What is typed into the next line that is asked for, and the last box. */
  typed: '' as string | undefined,
  box: undefined as InputBox | undefined,
  pick: undefined as QuickPick | undefined,
  /** Lists that were shown; `choose` answers the next one. */
  lists: [] as { label: string; description?: string }[][],
  /** What each of them says while nothing is typed. */
  listWords: [] as string[],
  choose: (items: { label: string }[]): unknown => items[0],
  clipboard: '',
  /** What the progress of work reported. */
  progress: [] as unknown[],
  /** Changes a setting, as the user does; `name` without `tokenscope.`; undefined: to its default. */
  set(name: string, value: unknown): void {
    if (value === undefined) given.delete(name);
    else given.set(name, value);
    changed.configuration.fire({ affectsConfiguration: id => id === `tokenscope.${name}` });
  },
  /** Values of the workspace, which hold before the user's own. */
  workspaceSettings: new Map<string, unknown>(),
  unsetAll(): void {
    given.clear();
    fake.workspaceSettings.clear();
  },
};

export const env = {
  clipboard: { writeText: async (text: string) => void (fake.clipboard = text) },
};

export const commands = {
  registerCommand: () => ({ dispose: () => {} }),
  executeCommand: async (...call: unknown[]) => void fake.commands.push(call),
};

const registerAs =
  (name: keyof typeof fake.providers) => (_selector: unknown, provider: unknown) => {
    fake.providers[name] = provider;
    return { dispose: () => {} };
  };

export const languages = {
  registerHoverProvider: registerAs('hover'),
  registerFoldingRangeProvider: registerAs('folding'),
  registerDocumentSymbolProvider: registerAs('symbols'),
  registerInlayHintsProvider: registerAs('hints'),
  registerInlineCompletionItemProvider(_selector: unknown, provider: unknown) {
    const registration = { provider, isDisposed: false };
    fake.completionProviders.push(registration);
    return { dispose: () => void (registration.isDisposed = true) };
  },
  createLanguageStatusItem: () => (fake.languageStatus = { dispose: () => {} }),
};

const shown =
  (severity: string) =>
  async (text: string, ...buttons: unknown[]): Promise<unknown> => {
    fake.messages.push([severity, text, ...buttons]);
    return undefined;
  };

export const window = {
  activeTextEditor: undefined as unknown,
  visibleTextEditors: [] as unknown[],
  tabGroups: {
    all: [] as unknown[],
    onDidChangeTabs: changed.tabs.event,
    async close(closed: readonly unknown[]) {
      const groups = window.tabGroups.all as { readonly tabs: readonly unknown[] }[];
      window.tabGroups.all = groups.map(({ tabs, ...group }) => ({
        ...group,
        tabs: tabs.filter(tab => !closed.includes(tab)),
      }));
      changed.tabs.fire({});
      return true;
    },
  },
  onDidChangeActiveTextEditor: changed.activeEditor.event,
  onDidChangeVisibleTextEditors: changed.visibleEditors.event,
  onDidChangeTextEditorVisibleRanges: changed.visibleRanges.event,
  onDidChangeTextEditorSelection: changed.selection.event,
  createTextEditorDecorationType: (options: unknown) => ({ options, dispose: () => {} }),
  createStatusBarItem() {
    fake.statusItem = { text: '', tooltip: '' };
    return Object.assign(fake.statusItem, { show: () => {}, dispose: () => {} });
  },
  showInformationMessage: shown('information'),
  showWarningMessage: shown('warning'),
  showErrorMessage: shown('error'),
  setStatusBarMessage: shown('status'),
  showTextDocument: async () => window.activeTextEditor,
  showInputBox: async () => fake.typed,
  createTreeView: (_id: string, _options: { treeDataProvider: unknown }) => ({
    dispose: () => {},
  }),
  createInputBox: () => (fake.box = new InputBox()),
  createQuickPick: () => (fake.pick = new QuickPick()),
  showOpenDialog: async (_options: unknown): Promise<Uri[] | undefined> => undefined,
  async showQuickPick(items: { label: string }[], options?: { placeHolder?: string }) {
    fake.lists.push(items);
    fake.listWords.push(options?.placeHolder ?? '');
    return fake.choose(items);
  },
  withProgress(_options: unknown, work: (progress: unknown, token: unknown) => unknown) {
    const report = (value: unknown) => fake.progress.push(value);
    return work({ report }, { onCancellationRequested: () => ({ dispose: () => {} }) });
  },
};

/** Every setting has its default, unless a test has set it. */
export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined,
  fs: {
    async stat({ path }: Uri) {
      if (fake.gone.has(path)) throw new FileSystemError('FileNotFound');
      const size = fake.files.get(path)?.length ?? 0;
      return { size, type: fake.files.has(path) ? FileType.File : FileType.Directory };
    },
    async readFile({ path }: Uri) {
      if (fake.gone.has(path)) throw new FileSystemError('FileNotFound');
      return fake.files.get(path)!;
    },
  },
  /** `exclude`: names of folders. */
  async findFiles(_include?: unknown, exclude?: unknown, most = Infinity) {
    const folders = /^\*\*\/\{(.*)\}\/\*\*$/.exec(String(exclude))?.[1]?.split(',') ?? [];
    return [...fake.files.keys()]
      .filter(path => !folders.some(folder => path.includes(`/${folder}/`)))
      .slice(0, most)
      .map(Uri.file);
  },
  notebookDocuments: [],
  textDocuments: [] as unknown[],
  asRelativePath: (uri: { path: string }) => uri.path.slice(1),
  onDidChangeConfiguration: changed.configuration.event,
  onDidChangeTextDocument: changed.text.event,
  onDidCloseTextDocument: changed.closed.event,
  onDidSaveTextDocument: changed.saved.event,
  registerTextDocumentContentProvider(
    scheme: string,
    provider: { provideTextDocumentContent(uri: Uri): unknown },
  ) {
    fake.contents.set(scheme, provider);
    return { dispose: () => fake.contents.delete(scheme) };
  },
  async openTextDocument(uri: Uri) {
    fake.opened.push(uri);
    return { uri };
  },
  getConfiguration: () => ({
    get<T>(name: string, fallback: T): T {
      const values = fake.workspaceSettings.has(name) ? fake.workspaceSettings : given;
      return values.has(name) ? (values.get(name) as T) : fallback;
    },
    inspect: (name: string) => ({ workspaceValue: fake.workspaceSettings.get(name) }),
    async update(name: string, value: unknown, isUsers: boolean) {
      if (isUsers) fake.set(name, value);
      else fake.workspaceSettings.set(name, value);
    },
  }),
};
