// The runtime's thread as the tests start it: bundled like the shipped one, from the sources as they are.
import { build } from 'esbuild';
import { join } from 'node:path';

/** Answers the bundle's path, which lies where `onnxruntime-node` can be found from. */
export async function bundleRuntime(): Promise<string> {
  const outfile = join(import.meta.dirname, `../../.cache/test/runtime-${process.pid}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, '../../src/engine/runtime/worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node'],
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
