// Builds the bundles, after checking who imports whom.
//   node esbuild.mjs [--watch] [--quiet]
import { context } from 'esbuild';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * A layer is a place where code runs; what is not listed here, it may not import. Every third-party
 * package is named once, in the layer that may use it.
 * @type {Record<string, string[]>}
 */
const layers = {
  'src/core': ['src/core', 'jsonc-parser'],
  'src/protocol': [
    'src/core',
    'src/protocol',
    'node:child_process', // types of the ends of a connection, no code
    'node:worker_threads',
    'vscode-jsonrpc',
  ],
  'src/engine': [
    'src/core',
    'src/protocol',
    'src/engine',
    'node:',
    'onnxruntime-node',
    '@huggingface/tokenizers',
    'fflate',
    'fzstd',
  ],
  'src/cli': ['src/core', 'src/protocol', 'src/engine', 'src/cli', 'node:'],
  'src/editor': ['src/core', 'src/protocol', 'src/editor', 'node:', 'vscode'],
  webview: [
    'src/core',
    'src/protocol',
    'webview',
    '@vscode-elements/elements',
    'lit',
    'vscode-jsonrpc',
  ],
};

/** Read from the sources rather than from the bundler, which never sees `import type`. */
function importErrors() {
  const errors = [];
  for (const [layer, allowed] of Object.entries(layers)) {
    for (const entry of readdirSync(layer, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const source = readFileSync(file, 'utf8');
      const imports = /\b(?:from|import|require)\s*\(?\s*'([^']+)'/g;
      for (const [, target = ''] of source.matchAll(imports)) {
        const path = target.startsWith('.') ? relative('.', join(dirname(file), target)) : target;
        const fits = allowed.some(
          name => path === name || path.startsWith(name.endsWith(':') ? name : `${name}/`),
        );
        if (!fits) errors.push(`${file}: ${layer} may not import ${path}`);
      }
    }
  }
  return errors;
}

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
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
  external: ['vscode', 'onnxruntime-node'],
};

const bundles = [
  { ...node, entryPoints: { extension: 'src/editor/extension.ts' } },
  {
    ...node,
    entryPoints: {
      engine: 'src/engine/main.ts',
      runtime: 'src/engine/onnx/session/worker.ts',
      cli: 'src/cli/main.ts',
    },
  },
  {
    ...common,
    platform: /** @type {const} */ ('browser'),
    target: 'es2022',
    format: /** @type {const} */ ('esm'),
    entryPoints: [
      { in: 'webview/main.ts', out: 'webview' },
      { in: 'webview/style.css', out: 'webview' },
    ],
  },
];

const errors = importErrors();
if (errors.length > 0) {
  console.error(errors.join('\n'));
  process.exit(1);
}
rmSync('dist', { recursive: true, force: true });
for (const options of bundles) {
  const build = await context(options);
  if (process.argv.includes('--watch')) {
    await build.watch();
    continue;
  }
  // What went wrong is printed by then.
  await build.rebuild().catch(() => (process.exitCode = 1));
  await build.dispose();
}
