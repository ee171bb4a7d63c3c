// Parts of the extension that are rarely opened. Each is a bundle of its own, which `await import()` loads at first use:
//
//   const { countMarkdown } = await import('./counting/countReport');
//
// esbuild splits no CommonJS bundles, so a part has its own copy of what it imports. Choose modules of pure functions
// with few imports: state in a shared module would exist twice.
import { dirname, join, relative } from 'node:path';

/**
 * The module of each part, by the name of its bundle.
 * @type {Record<string, string>}
 */
export const lazyParts = {
  calibrationPage: 'src/editor/completion/calibrationPage.ts',
  choosePair: 'src/editor/models/choosePair.ts',
  countReport: 'src/editor/counting/countReport.ts',
  effectPage: 'src/editor/features/effectPage.ts',
  explanation: 'src/editor/completion/explanation.ts',
  getModel: 'src/editor/models/getModel.ts',
  jsonSourceMap: 'src/core/traces/jsonSourceMap.ts',
  modelPicker: 'src/editor/models/modelPicker.ts',
  modelReport: 'src/editor/models/modelReport.ts',
  offerModel: 'src/editor/models/offerModel.ts',
  pageHtml: 'src/editor/ui/pageHtml.ts',
  predicate: 'src/core/sae/predicate.ts',
  preparedWeights: 'src/editor/models/preparedWeights.ts',
  secondTokenizers: 'src/editor/models/secondTokenizers.ts',
};

/**
 * Makes each dynamic import of a part a `require` of its bundle; any other dynamic import of a source is an error.
 * @type {import('esbuild').Plugin}
 */
export const lazyImports = {
  name: 'lazy parts',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, importer }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = `${relative('.', join(dirname(importer), path))}.ts`;
      const part = Object.entries(lazyParts).find(([, module]) => module === file);
      if (part) return { path: `./${part[0]}.js`, external: true };
      return { errors: [{ text: `${file} is no part: name it in build/lazyParts.mjs` }] };
    });
  },
};
