// What the npm package of the command line is staged of, before one is packed: it needs no other package, and no script.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineParts } from '../../build/commandLine.mjs';
import { COMMAND_LINE, stageCommandLine } from '../../build/package/stage.mjs';
import { anywhere, targetNamed } from '../../build/package/targets.mjs';
import { deadLinks, linkedFiles } from '../support/pageLinks';

const BINARIES = 'dist/node_modules/onnxruntime-node/bin';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-staged-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = () =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;

test('has the bundles that the command line loads', () => {
  const bundles = ['cli', 'runtime', ...Object.keys(commandLineParts)];
  expect(COMMAND_LINE).toEqual(expect.arrayContaining(bundles.map(name => `dist/${name}.js`)));
});

describe.each(['linux-x64', 'darwin-arm64'])('for %s', name => {
  beforeAll(() => stageCommandLine(targetNamed(name), folder));

  test('has the binaries of its platform, and refuses to be installed on others', () => {
    const [os, cpu] = name.split('-');
    expect(manifest()).toMatchObject({ os: [os], cpu: [cpu] });
    const files = readdirSync(join(folder, BINARIES), { recursive: true, encoding: 'utf8' });
    const found = files.filter(file => /\.(?:node|dll|dylib|so)(?:\.\d+)?$/.test(file));
    const expected = targetNamed(name).binaries.map(file => join('napi-v6', os!, cpu!, file));
    expect(found.sort()).toEqual([...expected].sort());
  });

  test('depends on nothing, runs nothing when installed, and has a command', () => {
    const own = manifest();
    expect(own).toMatchObject({ name: 'tokenscope', bin: { tokenscope: 'dist/cli.js' } });
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'scripts'])
      expect(own).not.toHaveProperty(field);
    expect(own).not.toHaveProperty('private');
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
  });

  test('has the models and pages, and nothing of the editor', () => {
    for (const path of ['models/coder/model.onnx', 'docs/cli.md', 'LICENSE', 'README.md'])
      expect(existsSync(join(folder, path)), path).toBe(true);
    expect(readdirSync(folder)).not.toContain('media');
    expect(existsSync(join(folder, 'dist/extension.js'))).toBe(false);
  });

  test('has no picture or link to a file that is not in it', () => {
    expect(linkedFiles(folder).length).toBeGreaterThan(20);
    expect(deadLinks(folder)).toEqual([]);
  });
});

test('needs the Node that its page names', () => {
  const { node } = manifest().engines as { node: string };
  const page = readFileSync(join(folder, 'docs/cli.md'), 'utf8');
  expect(page).toContain(`It needs Node ${node.replace('>=', '')} or newer.`);
});

test('without binaries it may be installed anywhere', () => {
  stageCommandLine(anywhere, folder);
  for (const field of ['os', 'cpu', 'libc']) expect(manifest()).not.toHaveProperty(field);
});
