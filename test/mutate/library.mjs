// What the scripts share with the sources: bundled, because Node reads no TypeScript.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../host/product.mjs';

const names = ['columns', 'random', 'statistics'];

export async function libraryOf() {
  const outfile = join(repository, `.cache/mutate/library-${process.pid}.cjs`);
  await build({
    absWorkingDir: repository,
    stdin: {
      contents: names.map(name => `export * from './src/core/${name}';`).join('\n'),
      resolveDir: repository,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  try {
    const library = createRequire(import.meta.url)(outfile);
    return /** @type {typeof import('../../src/core/columns') & typeof import('../../src/core/random') & typeof import('../../src/core/statistics')} */ (
      library
    );
  } finally {
    rmSync(outfile);
  }
}
