// Which editors are sides of a diff that is in front of its group.
import { afterEach, expect, test } from 'vitest';
import type { TextEditor } from 'vscode';
import { isInDiff, onDidShowDiff } from '../../../src/editor/overlay/diffEditors';
import { fake, TabInputText, TabInputTextDiff, Uri, window } from '../../support/vscode';

const [a, b, c] = ['/a', '/b', '/c'].map(Uri.file) as [Uri, Uri, Uri];
const diff = { input: new TabInputTextDiff(a, b) };
const text = { input: new TabInputText(a) };
const editor = (uri: Uri, viewColumn?: number) =>
  ({ document: { uri }, viewColumn }) as unknown as TextEditor;
afterEach(() => void (window.tabGroups.all = []));

test('both sides of one in front; the left one has no column', () => {
  window.tabGroups.all = [
    { viewColumn: 1, activeTab: text },
    { viewColumn: 2, activeTab: diff },
    { viewColumn: 3, activeTab: undefined },
  ];
  expect(isInDiff(editor(a))).toBe(true);
  expect(isInDiff(editor(b, 2))).toBe(true);
  expect(isInDiff(editor(a, 1))).toBe(false);
  expect(isInDiff(editor(b, 1))).toBe(false);
  expect(isInDiff(editor(c, 2))).toBe(false);
  window.tabGroups.all = [{ viewColumn: 1, activeTab: text }];
  expect(isInDiff(editor(a))).toBe(false);
});

test('one that is opened or comes to the front is heard, and nothing else', () => {
  let heard = 0;
  const listening = onDidShowDiff(() => heard++);
  fake.changed.tabs.fire({ opened: [text], changed: [] });
  expect(heard).toBe(0);
  fake.changed.tabs.fire({ opened: [], changed: [text, diff] });
  fake.changed.tabs.fire({ opened: [diff], changed: [] });
  expect(heard).toBe(2);
  listening.dispose();
  fake.changed.tabs.fire({ opened: [diff], changed: [] });
  expect(heard).toBe(2);
});
