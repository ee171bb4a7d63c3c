// What the editor takes for a setting where VS Code gives none is the default that the manifest says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { completionSettings } from '../../src/editor/completion/completionSettings';
import { Setting } from '../../src/editor/setting';
import { chosenPair, layerOptions, pairOf, settings } from '../../src/editor/settings';
import { root } from '../support/paths';
import { fake } from '../support/vscode';

afterEach(() => fake.unsetAll());

interface Property {
  default?: unknown;
  markdownDescription: string;
  markdownEnumDescriptions?: string[];
  enumDescriptions?: string[];
}

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, Property> }[] };
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

test('each setting of the manifest is read', () => {
  const read = settingsIn({ settings, completionSettings }).map(
    each => `tokenscope.${(each as unknown as { name: string }).name}`,
  );
  expect([...properties.keys()].filter(name => !read.includes(name))).toEqual([]);
  expect(new Set(read).size).toBe(read.length);
});

test.each([
  ['layer', 3, { layer: 3 }],
  ['layer', 0, { layer: 0 }],
  ['layer', -1, { layer: null }],
  ['nearShare', 0.3, { nearShare: 0.3 }],
  ['lookAheadTokens', 7, { lookAheadTokens: 7 }],
  ['redundancyForm', 'other', { redundancyForm: 'other' }],
  ['redundancyMargin', 0.7, { redundancyMargin: 0.7 }],
  ['gateFolder', '/gate', { gateFolder: '/gate' }],
])('layers: %s %s reaches its own option alone', (name, value, changed) => {
  const before = layerOptions();
  expect(before.layer).toBeNull();
  fake.set(`layers.${name}`, value);
  expect(layerOptions()).toEqual({ ...before, ...changed });
});

test('a pair is two models, or one with two prompts; without either the model’s folder names it', () => {
  expect(chosenPair()).toBeUndefined();
  expect(pairOf('', '')).toBeUndefined();
  const pair = (positive: [string, string], negative: [string, string]) => ({
    positive: { folder: positive[0], prompt: positive[1] },
    negative: { folder: negative[0], prompt: negative[1] },
  });
  expect(pairOf('/a', '')).toEqual(pair(['/a', ''], ['', '']));
  expect(pairOf('', '/b')).toEqual(pair(['', ''], ['/b', '']));
  fake.set('pair.positivePrompt', 'Right.');
  expect(chosenPair()).toEqual(pair(['', 'Right.'], ['', '']));
  fake.set('pair.negativePrompt', 'Wrong.');
  fake.set('pair.positive', '/a');
  fake.set('pair.negative', '/b');
  expect(chosenPair()).toEqual(pair(['/a', 'Right.'], ['/b', 'Wrong.']));
});

test('a change is of the workspace’s value where it has one, else of the user’s', async () => {
  const { density } = settings.overlay;
  await density.update('full');
  expect([density.value, fake.workspaceSettings.size]).toEqual(['full', 0]);
  fake.workspaceSettings.set('overlay.density', 'subtle');
  // The default, too: the user's own is another one.
  for (const value of ['full', 'normal'] as const) {
    await density.update(value);
    expect(density.value).toBe(value);
  }
  fake.workspaceSettings.clear();
  expect(density.value).toBe('full');
  await density.update('normal');
  expect(density.value).toBe('normal');
});

test('a setting of the machine is changed for the user alone', async () => {
  // The manifest is read once.
  vi.resetModules();
  onTestFinished(() => void vi.resetModules());
  const { extensions, fake } = await import('../support/vscode');
  const { Setting } = await import('../../src/editor/setting');
  extensions.getExtension = () => ({ packageJSON: { contributes } });
  const setting = (name: string) => new Setting(name, '');
  for (const name of ['model.folder', 'overlay.density']) {
    fake.workspaceSettings.set(name, 'subtle');
    await setting(name).update('full');
  }
  expect([...fake.workspaceSettings]).toEqual([
    ['model.folder', 'subtle'],
    ['overlay.density', 'full'],
  ]);
});

test('each description starts with a verb or a noun, and is of whole sentences', () => {
  for (const [name, property] of properties) {
    const { markdownDescription: text, markdownEnumDescriptions, enumDescriptions } = property;
    expect(text, name).toMatch(/^(?!How|Which|Whether|What|Where|When|If)[A-Z]/);
    const values = markdownEnumDescriptions ?? enumDescriptions ?? [];
    for (const each of [text, ...values]) expect(each, name).toMatch(/\.$/);
  }
});
