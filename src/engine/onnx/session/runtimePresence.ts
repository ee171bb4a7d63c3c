// Whether ONNX Runtime is there for this platform: packages for others are made without it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BUILDS = 'Linux (x64, arm64), macOS (arm64) and Windows (x64, arm64)';

let found: string | undefined;

/** Why no model can be run in this process; empty where one can. What follows "cannot score a text:", without a period. */
export function whyNoRuntime(): string {
  return (found ??= isThere()
    ? ''
    : `this package has no ONNX Runtime for ${here}. There are builds for ${BUILDS}; elsewhere connect to a server that runs the model`);
}

const here = `${process.platform}-${process.arch}`;

function isThere(): boolean {
  // Sources that are run as modules, as by tests and benches, have it beside them.
  if (typeof require === 'undefined' || typeof require.resolve !== 'function') return true;
  const folder = dirname(dirname(require.resolve('onnxruntime-node')));
  return existsSync(
    join(folder, 'bin/napi-v6', process.platform, process.arch, 'onnxruntime_binding.node'),
  );
}
