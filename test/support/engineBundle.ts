// The engine as the tests start it: bundled like the shipped one, from the sources as they are.
import { build } from 'esbuild';
import { join } from 'node:path';
import { root } from './paths';

/** Answers the folder of engine.js, runtime.js and cli.js, which lies where `onnxruntime-node` is found from. */
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
