// The parts of pages that are made of values of the sources: commands and options, and sections of the report.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The synopsis, a table of options whose first row is its head, and rows of sections. */
export async function commandLine() {
  const outfile = join(root, `.cache/test/commands-${process.pid}.cjs`);
  await build({
    absWorkingDir: root,
    stdin: {
      contents: [
        "export { commands } from './src/cli/commands';",
        "export * from './src/cli/help';",
        "export { sectionWords } from './src/core/tokenizerReport/sections/sectionWords';",
      ].join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node', 'highs'],
    outfile,
    logLevel: 'error',
  });
  try {
    const { commands, synopsis, optionTable, sectionWords } = createRequire(import.meta.url)(
      outfile,
    );
    return {
      synopsis: /** @type {string} */ (synopsis(commands)),
      options: /** @type {string[][]} */ (optionTable(commands)),
      sections: Object.entries(
        /** @type {Record<string, import('../../src/core/tokenizerReport/report').SectionWords>} */ (
          sectionWords
        ),
      ).map(([id, { title, question, follows }]) => [title, `\`${id}\``, question, follows]),
    };
  } finally {
    rmSync(outfile);
  }
}
