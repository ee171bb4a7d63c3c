// What the editor takes for a setting where VS Code gives none is the default that the manifest says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completionSettings } from '../../src/editor/completion/completionSettings';
import { Setting } from '../../src/editor/setting';
import { settings } from '../../src/editor/settings';
import { root } from '../support/paths';

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, { default?: unknown }> }[] };
};
const properties = new Map(
  contributes.configuration.flatMap(each => Object.entries(each.properties)),
);

function settingsIn(group: object): Setting<unknown>[] {
  return Object.values(group).flatMap((each: unknown) => {
    if (each instanceof Setting) return [each];
    return typeof each === 'object' && each !== null ? settingsIn(each) : [];
  });
}

test('each setting has the default of the manifest', () => {
  const all = settingsIn({ settings, completionSettings });
  expect(all.length).toBeGreaterThan(30);
  for (const setting of all) {
    const { name, fallback } = setting as unknown as { name: string; fallback: unknown };
    expect(properties.has(`tokenscope.${name}`), name).toBe(true);
    expect(fallback, name).toEqual(properties.get(`tokenscope.${name}`)!.default);
  }
});
