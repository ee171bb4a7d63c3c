// `npm run mutate -- PATH ...`: puts faults into the sources one at a time, and lists those that no test notices.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isFolder, isPure, sourcesOf, testsOfPath, withoutSlash } from './mirror.mjs';
import { sample } from './sample.mjs';
import { install, stryker } from './stryker.mjs';

const usage = `npm run mutate -- PATH ...             a folder or file below src or webview
npm run mutate -- PATH --tests GLOB    ask these tests, not those of the same folder in test/
npm run mutate -- PATH --force         ask about all faults again, also where nothing has changed
npm run mutate -- PATH --pure          leave out files that import vscode, types aside
npm run mutate -- PATH --sample N      ask about N faults, drawn from all with the same chance
                         --seed S      others of them (1)
                         --json FILE   write what was asked and answered`;

const { values, positionals } = parseArgs({
  options: {
    tests: { type: 'string' },
    force: { type: 'boolean' },
    pure: { type: 'boolean' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
});
const named = positionals.map(withoutSlash);
const unknown = named.find(path => !/^(?:src|webview)(?:\/|$)/.test(path) || !existsSync(path));
const size = Number(values.sample ?? 0);
const seed = Number(values.seed);
const wrong = unknown
  ? `${unknown} is no folder or file below src or webview.`
  : values.sample !== undefined && !(Number.isInteger(size) && size > 0)
    ? `--sample takes a number of faults, not "${values.sample}".`
    : !Number.isInteger(seed) && `--seed takes a whole number, not "${values.seed}".`;
if (values.help || named.length === 0 || wrong) {
  console.error(wrong ? `${wrong}\n\n${usage}` : usage);
  process.exit(values.help ? 0 : 2);
}

await install();
const paths = values.pure ? named.flatMap(sourcesOf).filter(isPure) : named;
const { tests, json } = values;
if (size > 0) await sample(paths, { size, seed, tests, json });
else
  process.exitCode = stryker(
    paths.map(path => (isFolder(path) ? `${path}/**/*.ts` : path)),
    tests ? [tests] : [...new Set(paths.flatMap(testsOfPath))],
    values.force ? ['--force'] : [],
  );
