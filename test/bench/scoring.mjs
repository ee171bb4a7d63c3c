// Scoring a document inside the graph, beside the same model with its logits copied to JavaScript and
// scored there.   node test/bench/scoring.mjs
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {{ label: string, ratio: number, rival: string, detail: string }} Result */

/** @returns {Promise<Result[]>} `ratio`: how many times as long the rival takes. */
async function run() {
  const root = join(import.meta.dirname, '../..');
  const outfile = join(root, '.cache/bench/scoring.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'scoringCases.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['onnxruntime-node'],
    // Bundled CommonJS packages still call it.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile,
    logLevel: 'error',
  });
  const { compareScoring } = await import(pathToFileURL(outfile).href);
  return compareScoring(join(root, 'models/coder'));
}

export default { name: 'scoring', run };

if (process.argv[1] === import.meta.filename)
  for (const { label, ratio, rival, detail } of await run())
    console.log(`${label}: ${ratio.toFixed(2)} x ${rival} (${detail})`);
