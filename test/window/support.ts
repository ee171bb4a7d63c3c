// What the cases inside an extension host share.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** What the user is told or asked. */
export interface Said {
  readonly kind: string;
  readonly text: string;
  readonly actions: readonly string[];
}

/** What activate() returns, as far as the tests use it. */
interface Exports {
  readonly engine: {
    stop(): void;
    readonly pid: number | undefined;
    readonly state: {
      readonly kind: string;
      readonly message?: string;
      readonly model?: { readonly folder: string };
    };
  };
  readonly onDidSay: vscode.Event<Said>;
  /** By their names without `tokenscope.` */
  commands(): Promise<Readonly<Record<string, unknown>>>;
  readonly overlay: {
    /** A key for each decoration type that has ranges; undefined while scores are missing. */
    drawnIn(editor: vscode.TextEditor): readonly (readonly [string, string])[] | undefined;
  };
  readonly passes: { isScoring(document: vscode.TextDocument): boolean };
  readonly status: {
    readonly view: { readonly text: string; readonly tooltip: string } | undefined;
  };
}

export async function open(content: string, language = 'typescript'): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  return vscode.window.showTextDocument(document);
}

export const run = (name: string) => vscode.commands.executeCommand(`tokenscope.${name}`);

/** The extension under test. */
export function product(): vscode.Extension<Exports> {
  return vscode.extensions.getExtension<Exports>('tokenscope.tokenscope')!;
}

export const engine = () => product().exports.engine;

export async function hoverText(document: vscode.TextDocument, offset: number): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(offset),
  );
  return hovers
    .flatMap(hover => hover.contents)
    .map(content => (content as vscode.MarkdownString).value)
    .join('\n');
}

/** Asks again until the answer fits: scores arrive when they are ready. */
export async function until<T>(
  ask: () => PromiseLike<T>,
  fits: (answer: T) => boolean,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    assert.ok(Date.now() < deadline, `still: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}

/** Ends the engine that another file has left, and those that its requests under way start once more to be answered. */
export async function endEngine(): Promise<void> {
  let without = 0;
  await until(
    async () => {
      if (engine().pid === undefined) return ++without;
      engine().stop();
      return (without = 0);
    },
    polls => polls === 20,
  );
}

export const isScored = (text: string) => /rank \d+; entropy/.test(text);
