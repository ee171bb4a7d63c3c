// Packages of every platform, made as a release makes them and unpacked: what is in them, and that the one of this platform
// works without a clone beside it; and the npm package of this platform, installed without a network. Takes some minutes, and installs the packager at its first use.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anywhere, targets } from '../../build/package/targets.mjs';
import { manifestOf, repository } from '../host/product.mjs';
import { runUiSpecs } from '../host/ui.mjs';

const MINUTE = 60_000;
const { name, version } = manifestOf(repository);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function made(target: string): { vsix: string; extension: string } {
  const script = join(repository, 'build/package/run.mjs');
  execFileSync(process.execPath, [script, '--target', target, '--out', folder], {
    stdio: 'pipe',
  });
  const vsix = join(folder, `${name}-${version}-${target}.vsix`);
  const unpacked = join(folder, target);
  for (const [path, bytes] of Object.entries(unzipSync(readFileSync(vsix)))) {
    mkdirSync(dirname(join(unpacked, path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(unpacked, path), bytes);
  }
  return { vsix, extension: join(unpacked, 'extension') };
}

describe.each([...targets, anywhere])('$name', ({ name: target, binaries, most }) => {
  const isOwn = target === `${process.platform}-${process.arch}`;
  let extension: string;
  let files: string[];
  beforeAll(() => {
    const { vsix, extension: at } = made(target);
    extension = at;
    files = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter(file =>
      statSync(join(at, file)).isFile(),
    );
    expect(statSync(vsix).size / 2 ** 20).toBeLessThan(most);
  }, 10 * MINUTE);

  test('has the binaries of its platform alone', () => {
    const found = files.filter(file => /\.(?:node|dll|dylib|so)(?:\.\d+)?$/.test(file));
    const names = found.map(file => file.split('/').at(-1));
    expect(new Set(names)).toEqual(new Set(binaries));
    expect(names).toHaveLength(binaries.length);
  });

  test('has the notices and licences, and nothing of development', () => {
    expect(files).toContain('dist/THIRD-PARTY-NOTICES.txt');
    expect(files).toContain('LICENSE.txt');
    for (const model of ['coder', 'reasoner', 'stories260K'])
      expect(files.filter(file => file.startsWith(`models/${model}/`)).join()).toMatch(
        /LICENSE|REPORT|README/,
      );
    expect(files.filter(file => /(?:^|\/)(?:src|test|training|\.git)\/|\.map$/.test(file))).toEqual(
      [],
    );
    const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as object;
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
  });

  const canRun = isOwn || target === 'universal';
  test.skipIf(!canRun)(
    'scores a text where it is for this platform, else says why it cannot',
    () => {
      const run = (args: string[]) =>
        execFileSync(process.execPath, [join(extension, 'dist/cli.js'), ...args], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      const sample = join(extension, 'samples/retry.ts');
      expect(run(['tokens', sample, '--json']).split('\n').length).toBeGreaterThan(300);
      if (isOwn) expect(run(['inspect', sample])).toContain('bits per token');
      else expect(() => run(['inspect', sample])).toThrow(/no ONNX Runtime for/);
    },
  );

  test.skipIf(!isOwn)(
    'colours a text in a VS Code window that has no clone beside it',
    async () => {
      const results = await runUiSpecs({ extension, filters: ['surprisal is painted'] });
      expect(results.map(({ state }) => state)).toEqual(['passed']);
    },
    10 * MINUTE,
  );
});

describe('the npm package of this platform', () => {
  const target = `${process.platform}-${process.arch}`;
  let installed: string;

  /** npm with an empty cache, a registry that does not answer, and scripts on. */
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', [...args, '--offline', '--ignore-scripts=false', '--no-audit'], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        npm_config_cache: join(folder, 'cache'),
        npm_config_registry: 'http://127.0.0.1:9',
      },
    });

  beforeAll(() => {
    const script = join(repository, 'build/package/run.mjs');
    execFileSync(process.execPath, [script, '--npm', '--target', target, '--out', folder]);
    installed = join(folder, 'installed');
    mkdirSync(installed);
    writeFileSync(join(installed, 'package.json'), '{}');
    npm(['install', join(folder, `tokenscope-${version}-npm-${target}.tgz`)], installed);
  }, 10 * MINUTE);

  /** By the command that npm has made. */
  const run = (args: string[]) =>
    execFileSync(join(installed, 'node_modules/.bin/tokenscope'), args, {
      cwd: installed,
      encoding: 'utf8',
      stdio: 'pipe',
      shell: process.platform === 'win32',
    });

  test('is one package, with nothing of others', () => {
    const all = readdirSync(join(installed, 'node_modules')).filter(name => !name.startsWith('.'));
    expect(all).toEqual(['tokenscope']);
    expect(npm(['ls'], installed)).toContain(`tokenscope@${version}`);
  });

  test('counts, scores and says next bytes by the built-in model', () => {
    const text = join(installed, 'text.txt');
    writeFileSync(text, 'The cat sat on the mat.\n');
    expect(run(['inspect', text])).toMatch(/bits per token.*\(coder\)/);
    expect(run(['next', text, '--at', '10'])).toContain('e2: ');
    expect(run(['models'])).toContain('coder');
    expect(run(['tokenizer-report', text])).toContain('coder');
  });

  test('serves its tools', async () => {
    const client = new Client({ name: 'test', version: '1' }, {});
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(installed, 'node_modules/tokenscope/dist/cli.js'), 'mcp'],
      }),
    );
    try {
      expect(client.getServerVersion()).toMatchObject({ name: 'tokenscope', version });
      const { structuredContent } = await client.callTool({
        name: 'score_text',
        arguments: { text: 'The cat sat on the mat.' },
      });
      expect(structuredContent).toMatchObject({ model: 'coder', bytes: 23 });
    } finally {
      await client.close();
    }
  });
});

test('the packager was installed in its own folder', () => {
  expect(existsSync(join(repository, 'build/package/node_modules/@vscode/vsce'))).toBe(true);
});
