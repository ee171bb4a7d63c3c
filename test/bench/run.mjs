// `npm run bench [-- NAME...]`: every bench beside its rival in one run, as ratios. Absolute times depend on
// the machine and on what else it does; they are printed as detail only.
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {{ label: string, ratio: number, rival: string, budget?: string, detail: string }} Row */
/** @typedef {{ name: string, run(): Promise<Row[]> }} Bench */

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter(file => /\.bench\.(ts|mjs)$/.test(file))
  .map(file => basename(file).replace(/\.bench\..*/, ''))
  .filter(name => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) {
  console.error(`No such bench. There are: ${readdirSync(here).join(', ')}`);
  process.exit(2);
}

for (const name of names) {
  /** @type {{ default: Bench }} */
  const { default: bench } = await import(pathToFileURL(await runnable(name)).href);
  console.log(`\n${bench.name}`);
  for (const { label, ratio, rival, budget, detail } of await bench.run()) {
    const against = `${ratio.toFixed(2)} x ${rival}`;
    console.log(`  ${label}: ${against}${budget ? ` (budget ${budget})` : ''}  ${detail}`);
  }
}
process.exit(0);

/**
 * TypeScript is bundled first.
 * @param {string} name
 */
async function runnable(name) {
  const source = join(
    here,
    readdirSync(here).find(file => file.startsWith(`${name}.bench.`)) ?? '',
  );
  if (source.endsWith('.mjs')) return source;
  const outfile = join(here, `../../.cache/bench/${name}.mjs`);
  await build({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    // What is bundled for Node's older modules asks for its own folder by this name.
    define: { __dirname: 'import.meta.dirname' },
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
