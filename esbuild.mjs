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

/** [file, target of an import in it]: read from the sources rather than from the bundler, which never sees `import type`. */
const imports = Object.keys(layers).flatMap(layer =>
  readdirSync(layer, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ layer, file, targets: targetsOf(file) })),
);

/** @param {string} file */
function targetsOf(file) {
  const pattern = /\b(?:from|import|require)\s*\(?\s*'([^'\n]+)'/g;
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, target = '']) =>
    target.startsWith('.') ? relative('.', join(dirname(file), target)) : target,
  );
}

function layerErrors() {
  return imports.flatMap(({ layer, file, targets }) =>
    targets
      .filter(
        path =>
          !layers[layer]?.some(
            name => path === name || path.startsWith(name.endsWith(':') ? name : `${name}/`),
          ),
      )
      .map(path => `${file}: ${layer} may not import ${path}`),
  );
}

/** Import circles, `import type` included, by walking depth first: an import of a file that is still open closes one. */
function circleErrors() {
  const graph = new Map(
    imports.map(({ file, targets }) => [file, targets.map(target => `${target}.ts`)]),
  );
  const closed = new Set();
  /** @type {string[]} */
  const open = [];
  /** @type {string[]} */
  const errors = [];
  /** @param {string} file */
  const visit = file => {
    if (closed.has(file)) return;
    const start = open.indexOf(file);
    if (start >= 0) {
      errors.push(`Import circle: ${[...open.slice(start), file].join(' -> ')}`);
      return;
    }
    open.push(file);
    for (const target of graph.get(file) ?? []) if (graph.has(target)) visit(target);
    open.pop();
    closed.add(file);
  };
  for (const file of graph.keys()) visit(file);
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

const errors = [...layerErrors(), ...circleErrors()];
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
