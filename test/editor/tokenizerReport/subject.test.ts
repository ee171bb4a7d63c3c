// What a report is of: the paths that it names, how each text is read, and where its places are.
import { afterEach, expect, test } from 'vitest';
import type { Uri } from 'vscode';
import { askForSubject } from '../../../src/editor/tokenizerReport/subject';
import { FakeDocument } from '../../support/textEditor';
import { Uri as FakeUri, fake, workspace } from '../../support/vscode';

afterEach(() => {
  fake.files.clear();
  Object.assign(workspace, { textDocuments: [] });
});

const ui = { pickUri: () => expect.fail('nothing is asked') };
const subjectOf = async (uri: unknown) => (await askForSubject(uri as Uri, 'Of what?', ui))!;

test('a file of this machine is read without its byte order mark, like its document', async () => {
  const uri = FakeUri.file('/folder/a.ts');
  fake.files.set(uri.path, new Uint8Array());
  const expected = [{ path: 'a.ts', file: uri.path, withoutMark: true }];
  const subject = await subjectOf(uri);
  expect(await subject.files()).toEqual(expected);
  expect(subject.placeOf('a.ts')).toEqual({ uri, utf16Offset: 0 });
  const open = new FakeDocument('a', 'file:///folder/a.ts');
  Object.assign(workspace, { textDocuments: [open] });
  expect(await (await subjectOf(open.uri)).files()).toEqual(expected);
});

test('an untitled document is read from the editor, under its whole name', async () => {
  const open = new FakeDocument('let a', 'untitled:Untitled-1');
  Object.assign(workspace, { textDocuments: [open] });
  const subject = await subjectOf(open.uri);
  expect(await subject.files()).toEqual([{ path: 'Untitled-1', text: 'let a' }]);
  expect(subject.placeOf('Untitled-1')).toEqual({ uri: open.uri, utf16Offset: 0 });
});
