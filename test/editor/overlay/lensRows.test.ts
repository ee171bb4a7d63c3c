// The list of lenses: each once, in its group.
import { expect, test } from 'vitest';
import { QuickPickItemKind } from 'vscode';
import { lensGroups } from '../../../src/core/lenses/lens';
import { lensIds, lenses } from '../../../src/core/lenses/lenses';
import { lensRows } from '../../../src/editor/overlay/lensRows';
import '../../support/vscode';

test('every lens is listed once, below the name of its group', () => {
  const rows = lensRows({ isOn: false, lensId: 'rank' });
  const heads = rows.filter(({ kind }) => kind === QuickPickItemKind.Separator);
  expect(heads.map(({ label }) => label)).toEqual(Object.values(lensGroups));
  let group = '';
  const listed = rows.flatMap(row => {
    if (row.kind === QuickPickItemKind.Separator) {
      group = row.label;
      return [];
    }
    expect(lensGroups[lenses[row.id!].group]).toBe(group);
    expect(row).toMatchObject({ label: lenses[row.id!].title, detail: lenses[row.id!].meaning });
    expect(row.description).toBeUndefined();
    return [row.id!];
  });
  expect([...listed].sort()).toEqual([...lensIds].sort());
});

test('the one that is shown is marked, and can be turned off', () => {
  const rows = lensRows({ isOn: true, lensId: 'rank' });
  expect(rows.filter(({ description }) => description)).toEqual([
    expect.objectContaining({ id: 'rank', description: 'shown now' }),
  ]);
  expect(rows.at(-1)).toMatchObject({ id: null, label: 'Off' });
});
