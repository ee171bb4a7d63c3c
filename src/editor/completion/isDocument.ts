// Whether a text that VS Code gives to extensions is a document, or an input of its own that looks like an editor.

const INPUT_SCHEMES: ReadonlySet<string> = new Set([
  'vscode-scm', // the commit message
  'search-editor',
  'debug', // the debug console and the conditions of breakpoints
  'comment',
  'vscode-chat-input',
  'chatSessionInput',
  'vscode-chat-editor',
  'vscode-chat-code-block',
  'vscode-terminal',
  'output',
  'inmemory',
]);
const INPUT_LANGUAGES: ReadonlySet<string> = new Set([
  'scminput',
  'search-result',
  'chatinput',
  'chatagent-input',
  'Log',
  'log',
]);

interface Named {
  readonly uri: { readonly scheme: string };
  readonly languageId: string;
}

export function isDocument({ uri, languageId }: Named): boolean {
  return !INPUT_SCHEMES.has(uri.scheme) && !INPUT_LANGUAGES.has(languageId);
}
