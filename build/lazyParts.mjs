// Parts of the extension that are not needed when it is activated. Each is a bundle of its own, which `await import()`
// loads at first use:
//
//   const { countFolder } = await import('./counting/countTokens');
//
// What a part imports of the extension's own bundle is taken from there, so that its state and its classes exist once.
// What two parts import and the extension does not is in both of them: that must have no state.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** @typedef {import('esbuild').Plugin} Plugin */
/** @typedef {import('esbuild').BuildOptions} BuildOptions */
/** @typedef {import('esbuild').Metafile['inputs']} Inputs */

const EXTENSION = 'src/editor/extension.ts';
const SHARED = 'tokenscope-shared';

/**
 * The module of each part, by the name of its bundle.
 * @type {Record<string, string>}
 */
export const lazyParts = {
  calibrationPage: 'src/editor/completion/calibrationPage.ts',
  commandTables: 'src/editor/commandTables.ts',
  choosePair: 'src/editor/models/choosePair.ts',
  completionProvider: 'src/editor/completion/completionProvider.ts',
  connectServer: 'src/editor/servers/connectServer.ts',
  countReport: 'src/editor/counting/countReport.ts',
  effectPage: 'src/editor/features/effectPage.ts',
  engineProcess: 'src/editor/engine/engineProcess.ts',
  explanation: 'src/editor/completion/explanation.ts',
  exportFeatures: 'src/editor/features/exportFeatures.ts',
  getLabels: 'src/editor/features/getLabels.ts',
  getModel: 'src/editor/models/getModel.ts',
  hoverAt: 'src/editor/hover/hoverAt.ts',
  inspector: 'src/editor/inspector/inspector.ts',
  jsonSourceMap: 'src/core/traces/jsonSourceMap.ts',
  markPassage: 'src/editor/tokenizerReport/markPassage.ts',
  modelPicker: 'src/editor/models/modelPicker.ts',
  modelReport: 'src/editor/models/modelReport.ts',
  offerModel: 'src/editor/models/offerModel.ts',
  openingProgress: 'src/editor/models/openingProgress.ts',
  pageHtml: 'src/editor/ui/pageHtml.ts',
  predicate: 'src/core/sae/predicate.ts',
  preparedWeights: 'src/editor/models/preparedWeights.ts',
  secondTokenizers: 'src/editor/models/secondTokenizers.ts',
  serverGate: 'src/editor/servers/serverGate.ts',
  toolCalls: 'src/editor/tools/toolCalls.ts',
  tokenizerReports: 'src/editor/tokenizerReport/tokenizerReports.ts',
  trainTokenizer: 'src/editor/tokenizerReport/trainTokenizer.ts',
};

/** A dynamic import becomes `require`, which every host of extensions has. */
export const requiring = { supported: { 'dynamic-import': false } };

/**
 * The extension's bundle and those of its parts, made of what all bundles for Node have in common.
 * @param {BuildOptions} node
 * @returns {BuildOptions[]}
 */
export function extensionBundles(node) {
  const common = { ...node, ...requiring };
  return [
    {
      ...common,
      entryPoints: { extension: EXTENSION },
      plugins: [lazyImports(lazyParts), sharing(node)],
    },
    { ...common, entryPoints: lazyParts, plugins: [lazyImports(lazyParts), shared(node)] },
  ];
}

/**
 * Makes each dynamic import of a part a `require` of its bundle; any other dynamic import of a source is an error.
 * @param {Record<string, string>} parts
 * @returns {Plugin}
 */
export const lazyImports = parts => ({
  name: 'lazy parts',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, importer }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = sourceOf(importer, path);
      const part = Object.entries(parts).find(([, module]) => module === file);
      if (part) return { path: `./${part[0]}.js`, external: true };
      return { errors: [{ text: `${file} is no part: name it in build` }] };
    });
  },
});

/**
 * Exports from the extension's bundle, by file, the modules that parts take from there.
 * @param {BuildOptions} node
 * @returns {Plugin}
 */
const sharing = node => ({
  name: 'modules for the parts',
  setup(build) {
    build.onLoad({ filter: /[\\/]extension\.ts$/ }, async ({ path }) => {
      if (sourceOf(path, './extension') !== EXTENSION) return undefined;
      const files = [...(await sharedModules(node))];
      const imports = files.map(
        (file, i) => `import * as shared${i} from '${relativeTo(path, file)}';`,
      );
      const entries = files.map((file, i) => `  '${file}': shared${i},`);
      const contents = [
        readFileSync(path, 'utf8'),
        ...imports,
        'export const shared = {',
        ...entries,
        '};',
      ].join('\n');
      return { contents, loader: 'ts' };
    });
  },
});

/**
 * Takes them from there.
 * @param {BuildOptions} node
 * @returns {Plugin}
 */
const shared = node => ({
  name: 'modules of the extension',
  setup(build) {
    /** @type {Promise<Set<string>>} */
    let modules;
    build.onStart(() => void (modules = sharedModules(node)));
    build.onResolve({ filter: /^\./ }, async ({ kind, path, importer }) => {
      if (kind !== 'import-statement') return undefined;
      const file = sourceOf(importer, path);
      return (await modules).has(file) ? { path: file, namespace: SHARED } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: SHARED }, ({ path }) => ({
      contents: `module.exports = require('./extension.js').shared['${path}'];`,
    }));
    build.onResolve({ filter: /.*/, namespace: SHARED }, ({ path }) => ({ path, external: true }));
  },
});

/**
 * The sources of the extension's own bundle that a part imports.
 * @param {BuildOptions} node
 */
async function sharedModules(node) {
  const [own, parts] = await Promise.all([
    inputsOf(node, { extension: EXTENSION }),
    inputsOf(node, lazyParts),
  ]);
  const eager = Object.values(lazyParts).find(module => own[module]);
  if (eager)
    throw new Error(`${eager} is a part: the extension may import it only by await import()`);
  return new Set(
    Object.entries(parts)
      .filter(([file]) => !own[file])
      .flatMap(([, { imports }]) => imports.map(({ path }) => path))
      .filter(path => own[path] && path.startsWith('src/'))
      .sort(),
  );
}

/**
 * The modules of bundles, by file.
 * @param {BuildOptions} node
 * @param {Record<string, string>} entryPoints
 * @returns {Promise<Inputs>}
 */
async function inputsOf(node, entryPoints) {
  const { metafile } = await build({
    ...node,
    entryPoints,
    plugins: [lazyImports(lazyParts)],
    metafile: true,
    minify: false,
    sourcemap: false,
    write: false,
    logLevel: 'silent',
  });
  return metafile.inputs;
}

/**
 * The path of a TypeScript source from the root.
 * @param {string} importer
 * @param {string} path
 */
function sourceOf(importer, path) {
  return `${relative('.', join(dirname(importer), path)).replaceAll('\\', '/')}.ts`;
}

/**
 * As an import of a module in the folder of `path`.
 * @param {string} path
 * @param {string} file from the root
 */
function relativeTo(path, file) {
  const target = relative(dirname(path), file).replaceAll('\\', '/').replace(/\.ts$/, '');
  return target.startsWith('.') ? target : `./${target}`;
}
