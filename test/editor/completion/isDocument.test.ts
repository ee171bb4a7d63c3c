// Completions are for documents alone.
import { expect, test } from 'vitest';
import { isDocument } from '../../../src/editor/completion/isDocument';

test.each([
  ['vscode-scm', 'scminput'],
  ['vscode-scm', 'plaintext'],
  ['search-editor', 'search-result'],
  ['untitled', 'search-result'],
  ['debug', 'javascript'],
  ['comment', 'markdown'],
  ['vscode-chat-input', 'plaintext'],
  ['chatSessionInput', 'chatinput'],
  ['output', 'Log'],
])('an input of %s in %s is no document', (scheme, languageId) => {
  expect(isDocument({ uri: { scheme }, languageId })).toBe(false);
});

test.each([
  ['file', 'typescript'],
  ['untitled', 'python'],
  ['vscode-remote', 'typescript'],
  ['vscode-vfs', 'python'],
  ['vscode-notebook-cell', 'python'],
  ['vscode-userdata', 'jsonc'],
])('a text of %s in %s is one', (scheme, languageId) => {
  expect(isDocument({ uri: { scheme }, languageId })).toBe(true);
});
