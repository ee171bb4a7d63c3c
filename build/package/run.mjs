// `npm run package [-- --target NAME ...]`: one .vsix for each platform, in the folder packages/; with --npm an npm package of
// the command line in its place.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from '../../test/host/npm.mjs';
import { manifestOf, repository } from '../../test/host/product.mjs';
import { REPOSITORY } from './owner.mjs';
import { stage, stageCommandLine } from './stage.mjs';
import { anywhere, targetNamed, targets } from './targets.mjs';

const usage = `npm run package                         a package for each platform: ${targets.map(({ name }) => name).join(', ')}
npm run package -- --target NAME        one of them (may be repeated); universal: for platforms without ONNX Runtime
npm run package -- --npm                npm packages of the command line, in place of the extension's
npm run package -- --out FOLDER         where they are written (packages)`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    npm: { type: 'boolean', default: false },
    out: { type: 'string', default: join(repository, 'packages') },
    help: { type: 'boolean', default: false },
  },
});

/** @param {import('./targets.mjs').Target} target */
async function pack(target) {
  if (!existsSync(join(repository, manifestOf(repository).main)))
    throw new Error('Nothing is built: run `npm run build`.');
  const folder = mkdtempSync(join(tmpdir(), 'tokenscope-package-'));
  try {
    const path = await (values.npm ? packCommandLine : packExtension)(target, folder);
    // As the packager and the marketplaces count them.
    const megabytes = statSync(path).size / 2 ** 20;
    console.log(`${path}: ${megabytes.toFixed(1)} MB`);
    if (megabytes > target.most)
      throw new Error(`${path} has more than ${target.most} MB: see which files it has grown by.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
async function packExtension(target, folder) {
  const { name, version } = manifestOf(repository);
  const path = join(values.out, `${name}-${version}-${target.name}.vsix`);
  stage(target, folder);
  const { createVSIX } = createRequire(import.meta.url)('@vscode/vsce');
  await createVSIX({
    cwd: folder,
    packagePath: path,
    dependencies: false,
    allowMissingRepository: !REPOSITORY,
    rewriteRelativeLinks: Boolean(REPOSITORY),
    ...(target !== anywhere && { target: target.name }),
  });
  return path;
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 */
async function packCommandLine(target, folder) {
  stageCommandLine(target, folder);
  const { name, version } = manifestOf(folder);
  await npm(['pack', folder, '--pack-destination', folder], folder);
  const path = join(values.out, `${name}-${version}-npm-${target.name}.tgz`);
  copyFileSync(join(folder, `${name}-${version}.tgz`), path);
  return path;
}

if (values.help) console.log(usage);
else {
  try {
    const wanted = values.target?.map(targetNamed) ?? targets;
    const here = join(repository, 'build/package');
    if (!values.npm && !existsSync(join(here, 'node_modules'))) await npm(['ci'], here);
    if (!REPOSITORY)
      console.log(
        'No repository is named in build/package/owner.mjs: the packages have no links to it.',
      );
    mkdirSync(values.out, { recursive: true });
    for (const target of wanted) await pack(target);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
