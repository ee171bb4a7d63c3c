// The engine that tests start: bundled like the shipped one, from the current sources.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sdkAlias } from '../../build/commandLine.mjs';
import { root } from './paths';

/** Names the folder of a bundle that was built for all files of this run. */
const FOLDER = 'TOKENSCOPE_ENGINE_BUNDLE';

/**
 * Returns the folder of engine.js, runtime.js and cli.js. It lies inside the repository, where `onnxruntime-node`
 * and `highs` are found.
 * @param banner what each of them runs first
 */
export async function bundleEngine(banner = ''): Promise<string> {
  const built = process.env[FOLDER];
  if (built) return built;
  const outdir = join(root, `.cache/test/engine-${process.pid}`);
  await build({
    absWorkingDir: root,
    entryPoints: {
      engine: 'src/engine/main.ts',
      reportThread: 'src/engine/tokenizerReport/thread.ts',
      runtime: 'src/engine/onnx/session/worker.ts',
      cli: 'src/cli/main.ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['onnxruntime-node', 'highs'],
    alias: sdkAlias,
    banner: { js: banner },
    outdir,
    logLevel: 'error',
  });
  return outdir;
}

/** Vitest's global set-up: builds once; the forks inherit the environment. */
export const setup = (): Promise<() => void> => shareBundle();

export async function shareBundle(banner?: string): Promise<() => void> {
  const folder = await bundleEngine(banner);
  process.env[FOLDER] = folder;
  return () => {
    delete process.env[FOLDER];
    rmSync(folder, { recursive: true, force: true });
  };
}
