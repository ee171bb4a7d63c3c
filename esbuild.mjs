// Builds the bundles, after checking who imports whom.
//   node esbuild.mjs [--watch] [--quiet]
import { context } from 'esbuild';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { circleErrors, layerErrors, layers, readImports } from './build/imports.mjs';
import { commandLineBundles } from './build/commandLine.mjs';
import { extensionBundles } from './build/lazyParts.mjs';
import { messageErrorsIn } from './build/messages.mjs';
import { terminalErrorsIn } from './build/terminal.mjs';
import { noticesOf, packagesOf } from './build/notices.mjs';

const NOTICES = join('dist', 'THIRD-PARTY-NOTICES.txt');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  metafile: true,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  outdir: 'dist',
  logLevel: process.argv.includes('--quiet') ? 'error' : 'info',
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Else a package's UMD build is taken, whose own requires cannot be bundled.
  mainFields: ['module', 'main'],
  external: ['vscode', 'onnxruntime-node', 'highs'],
};

const bundles = [
  ...extensionBundles(node),
  {
    ...node,
    entryPoints: {
      engine: 'src/engine/main.ts',
      reportThread: 'src/engine/tokenizerReport/thread.ts',
      runtime: 'src/engine/onnx/session/worker.ts',
    },
  },
  ...commandLineBundles(node),
  {
    ...common,
    platform: /** @type {const} */ ('browser'),
    target: 'es2022',
    format: /** @type {const} */ ('esm'),
    entryPoints: [
      { in: 'webview/main.ts', out: 'webview' },
      { in: 'webview/style.css', out: 'webview' },
      { in: 'webview/report.css', out: 'report' },
      { in: 'webview/reportPage.ts', out: 'reportPage' },
    ],
  },
];

const imports = readImports('.', Object.keys(layers));
const errors = [
  ...layerErrors(imports, layers),
  ...circleErrors(imports),
  ...messageErrorsIn('.'),
  ...terminalErrorsIn('.'),
];
if (errors.length > 0) {
  console.error(errors.join('\n'));
  process.exit(1);
}
/** @type {import('esbuild').Metafile[]} */
const metafiles = [];
for (const options of bundles) {
  const build = await context(options);
  if (process.argv.includes('--watch')) {
    await build.watch();
    continue;
  }
  // What went wrong is printed by then.
  const result = await build.rebuild().catch(() => undefined);
  if (result?.metafile) metafiles.push(result.metafile);
  else process.exitCode = 1;
  await build.dispose();
}
// While it watches nothing is shipped.
if (metafiles.length > 0) {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(NOTICES, noticesOf(packagesOf(metafiles, files)));
}
// A window may run from here: what it has not loaded yet stays in its place.
if (metafiles.length === bundles.length) {
  const written = new Set([NOTICES, ...metafiles.flatMap(outputsOf)]);
  for (const name of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
    const path = join('dist', name);
    if (statSync(path).isFile() && !written.has(path)) rmSync(path);
  }
}

/** @param {import('esbuild').Metafile} metafile with slashes, which Windows lists otherwise */
function outputsOf({ outputs }) {
  return Object.keys(outputs).map(path => join(path));
}
