// The parts of the README and of docs/cli.md about the command line, from the commands themselves.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The synopsis, and a table of options whose first row is its head. */
export async function commandLine() {
  const outfile = join(root, `.cache/test/commands-${process.pid}.cjs`);
  await build({
    absWorkingDir: root,
    stdin: {
      contents: "export { commands } from './src/cli/commands'; export * from './src/cli/help';",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node'],
    outfile,
    logLevel: 'error',
  });
  try {
    const { commands, synopsis, optionTable } = createRequire(import.meta.url)(outfile);
    return {
      synopsis: /** @type {string} */ (synopsis(commands)),
      options: /** @type {string[][]} */ (optionTable(commands)),
    };
  } finally {
    rmSync(outfile);
  }
}
