// The engine that tests start: bundled like the shipped one, from the current sources.
import { build } from 'esbuild';
import { join } from 'node:path';
import { root } from './paths';

/** Returns the folder of engine.js, runtime.js and cli.js, from which `onnxruntime-node` can be resolved. */
export async function bundleEngine(): Promise<string> {
  const outdir = join(root, `.cache/test/engine-${process.pid}`);
  await build({
    absWorkingDir: root,
    entryPoints: {
      engine: 'src/engine/main.ts',
      runtime: 'src/engine/onnx/session/worker.ts',
      cli: 'src/cli/main.ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node'],
    outdir,
    logLevel: 'error',
  });
  return outdir;
}
