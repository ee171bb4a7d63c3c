// The parts of pages that are made of values of the sources: commands and options, and sections of the report.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** @typedef {{ name: string, title: string, summary: string, description: string, mostBytes: number }} Tool */

/** The tools for language models with their schemas, the synopsis, a table of options whose first row is its head, and rows of sections. */
export async function commandLine() {
  const outfile = join(root, `.cache/test/commands-${process.pid}.cjs`);
  await build({
    absWorkingDir: root,
    stdin: {
      contents: [
        "export { commands } from './src/cli/commands';",
        "export * from './src/cli/help';",
        "export { tools } from './src/engine/tools/tools';",
        "export { toolSchema } from './src/engine/tools/tool';",
        "export { sectionWords } from './src/core/tokenizerReport/sections/sectionWords';",
      ].join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node', 'highs', '@modelcontextprotocol/server'],
    outfile,
    logLevel: 'error',
  });
  try {
    const { commands, synopsis, optionTable, sectionWords, tools, toolSchema } = createRequire(
      import.meta.url,
    )(outfile);
    return {
      synopsis: /** @type {string} */ (synopsis(commands)),
      options: /** @type {string[][]} */ (optionTable(commands)),
      tools: /** @type {Tool[]} */ (tools).map(tool => ({ ...tool, schema: toolSchema(tool) })),
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
