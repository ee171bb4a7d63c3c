// `npm run package [-- --target NAME ...]`: one .vsix for each platform, in the folder packages/.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from '../../test/host/npm.mjs';
import { manifestOf, repository } from '../../test/host/product.mjs';
import { REPOSITORY } from './owner.mjs';
import { stage } from './stage.mjs';
import { anywhere, targetNamed, targets } from './targets.mjs';

const usage = `npm run package                         a package for each platform: ${targets.map(({ name }) => name).join(', ')}
npm run package -- --target NAME        one of them (may be repeated); universal: for platforms without ONNX Runtime
npm run package -- --out FOLDER         where they are written (packages)`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    out: { type: 'string', default: join(repository, 'packages') },
    help: { type: 'boolean', default: false },
  },
});

/** @param {import('./targets.mjs').Target} target */
async function pack(target) {
  const { name, version, main } = manifestOf(repository);
  if (!existsSync(join(repository, main)))
    throw new Error('Nothing is built: run `npm run build`.');
  const path = join(values.out, `${name}-${version}-${target.name}.vsix`);
  const folder = mkdtempSync(join(tmpdir(), 'tokenscope-package-'));
  try {
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
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  // As the packager and the marketplaces count them.
  const megabytes = statSync(path).size / 2 ** 20;
  console.log(`${path}: ${megabytes.toFixed(1)} MB`);
  if (megabytes > target.most)
    throw new Error(`${path} has more than ${target.most} MB: see which files it has grown by.`);
}

if (values.help) console.log(usage);
else {
  try {
    const wanted = values.target?.map(targetNamed) ?? targets;
    const here = join(repository, 'build/package');
    if (!existsSync(join(here, 'node_modules'))) await npm(['ci'], here);
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
