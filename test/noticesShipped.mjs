// The file of third-party notices names every package whose code is shipped: those in the source maps of the bundles,
// which is not how the file is made, and those that are shipped as they are.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf, repository } from './host/product.mjs';
import { ToolError } from './report.mjs';

/** @returns {Promise<string>} what was found, for the report */
export async function noticesShipped() {
  const dist = join(repository, 'dist');
  const bundled = readdirSync(dist)
    .filter(name => name.endsWith('.map'))
    .flatMap(name => JSON.parse(readFileSync(join(dist, name), 'utf8')).sources);
  const shipped = [...bundled, ...(manifestOf(repository).files ?? [])];
  const packages = new Set(
    shipped.flatMap(
      path => [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].at(-1)?.[1] ?? [],
    ),
  );
  const notices = readFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const missing = [...packages].filter(name => !notices.includes(`\n${name} `));
  if (missing.length > 0) throw new ToolError(`not named: ${missing.join(', ')}`);
  return `${packages.size} packages`;
}
