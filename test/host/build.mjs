// Builds the bundles of the extension, quietly unless it fails.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repository } from './product.mjs';
import { HostError } from './progress.mjs';

/** @returns {Promise<void>} */
export function build() {
  const script = join(repository, 'esbuild.mjs');
  const child = spawn(process.execPath, [script, '--quiet'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code =>
      code === 0 ? resolve() : reject(new HostError(`The build failed:\n${output.trim()}`)),
    );
  });
}
