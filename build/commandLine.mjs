// The bundles of the command line: its own, and what a single command loads when it runs.
import { lazyImports, requiring } from './lazyParts.mjs';

/** The module of each part, by the name of its bundle. */
export const commandLineParts = { mcpSdk: 'src/cli/mcp/sdk.ts' };

/** A validator that is never asked, in the SDK of the Model Context Protocol. */
export const sdkAlias = { '@modelcontextprotocol/server/_shims': './src/cli/mcp/sdkShims.ts' };

/**
 * @param {import('esbuild').BuildOptions} node what all bundles for Node have in common
 * @returns {import('esbuild').BuildOptions[]}
 */
export function commandLineBundles(node) {
  return [
    {
      ...node,
      ...requiring,
      entryPoints: { cli: 'src/cli/main.ts' },
      plugins: [lazyImports(commandLineParts)],
    },
    { ...node, entryPoints: commandLineParts, alias: sdkAlias },
  ];
}
