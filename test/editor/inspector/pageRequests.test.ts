// What the page's buttons do: the command of each, with the feature that it is about.
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { pageRequests } from '../../../src/editor/inspector/pageRequests';
import type { InspectorServices } from '../../../src/editor/inspector/tabs/tab';
import type { OverlayState } from '../../../src/editor/overlay/overlayState';
import type { PlaceInText } from '../../../src/editor/overlay/textSource';
import type { FeatureAct } from '../../../src/protocol/page';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { fake, window, workspace } from '../../support/vscode';

let did: unknown[];
const state = {
  pin: (...params: unknown[]) => did.push(['pin', ...params]),
  unpin: (...params: unknown[]) => did.push(['unpin', ...params]),
} as unknown as OverlayState;
const features = { show: (feature: unknown) => did.push(['show', feature]) };
const shown = {
  // A text inside a file.
  inFile: ({ uri, ...range }: PlaceInText) =>
    uri === 'inside:1'
      ? { uri: 'file:///t.jsonl', utf16Start: range.utf16Start + 4, utf16End: range.utf16End + 4 }
      : { uri, ...range },
};
const failures: unknown[] = [];
const requests = pageRequests({ state, features, shown } as unknown as InspectorServices, error =>
  failures.push(error),
);
const { signal } = new AbortController();
beforeEach(() => {
  [did, fake.commands.length] = [[], 0];
});
afterEach(() => void (window.activeTextEditor = undefined));
const act = (act: FeatureAct, feature: number | null, threshold?: number) =>
  requests.feature({ feature, act, ...(threshold !== undefined && { threshold }) }, signal);

test('a feature is shown, pinned or let go of at once', () => {
  void act('show', 3);
  void act('show', null);
  void act('pin', 3, 0.5);
  void act('unpin', 3);
  void act('unpin', null);
  expect(did).toEqual([
    ['show', 3],
    ['show', undefined],
    ['pin', 3, 0.5],
    ['unpin', 3],
  ]);
  expect(fake.commands).toEqual([]);
});

test('what the page does not say is asked for by a command', () => {
  void act('pin', 3);
  void act('pin', null, 0.5);
  void act('ablate', 4);
  void act('label', 5);
  void act('search', null);
  expect(did).toEqual([]);
  expect(fake.commands).toEqual([
    ['tokenscope.pinFeature', 3],
    ['tokenscope.pinFeature', undefined],
    ['tokenscope.ablateFeature', 4],
    ['tokenscope.labelFeature', 5],
    ['tokenscope.findFeatureInWorkspace', undefined],
  ]);
});

test('a token is selected in the version of the text that it is of', () => {
  const document = new FakeDocument('one two');
  const editor = new FakeEditor(document);
  window.activeTextEditor = editor;
  const at = { uri: 'file:///a.txt', version: 1, utf16Start: 4, utf16End: 7 };
  const selected = () => {
    const { start, end } = editor.selection;
    return [document.offsetAt(start), document.offsetAt(end)];
  };
  void requests.select({ ...at, goThere: false }, signal);
  expect(selected()).toEqual([4, 7]);
  expect(fake.commands).toEqual([]);
  editor.select(0);
  void requests.select({ ...at, version: 2, goThere: true }, signal);
  void requests.select({ ...at, uri: 'file:///b.txt', goThere: true }, signal);
  expect([selected(), fake.commands]).toEqual([[0, 0], []]);
  void requests.select({ ...at, goThere: true }, signal);
  expect(selected()).toEqual([4, 7]);
  expect(fake.commands).toEqual([['workbench.action.focusActiveEditorGroup']]);
});

test('a place in a text inside a file is opened in the file, and what cannot be opened is said', async () => {
  const document = new FakeDocument('{"a": "one two"}', 'file:///t.jsonl');
  const editor = new FakeEditor(document);
  const { openTextDocument } = workspace;
  onTestFinished(() => void (workspace.openTextDocument = openTextDocument));
  workspace.openTextDocument = async uri => {
    if (String(uri) === 'file:///t.jsonl') return document.asDocument;
    throw new Error('no such file');
  };
  window.activeTextEditor = editor;
  const at = { utf16Start: 3, utf16End: 6 };
  await requests.open({ uri: 'inside:1', ...at }, signal);
  expect(failures).toEqual([]);
  expect([editor.selection.start, editor.selection.end].map(at => document.offsetAt(at))).toEqual([
    7, 10,
  ]);
  await requests.open({ uri: 'file:///gone.txt', ...at }, signal);
  expect(failures).toEqual([new Error('no such file')]);
});
