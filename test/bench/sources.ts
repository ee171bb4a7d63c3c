// What the benches measure, and with.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// prettier-ignore
const PACKAGES = ['vite', 'mocha', 'lit', 'vitest', 'fast-check', 'playwright-core', 'yargs', 'typescript', '@vscode', 'prettier'];

/** Source text that is at hand wherever this runs: that of the installed packages. */
export function sources(length: number): string {
  const root = join(import.meta.dirname, '../../node_modules');
  let text = '';
  for (const name of PACKAGES) {
    for (const file of readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })) {
      if (!/\.[cm]?js$/.test(file) || text.length >= length) continue;
      const source = readFileSync(join(root, name, file), 'utf8');
      if (source.length < 200_000) text += source;
    }
  }
  if (text.length < length) throw new Error(`The packages have ${text.length} characters only`);
  return text.slice(0, length);
}

/** Milliseconds that it takes. */
export function ms(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
