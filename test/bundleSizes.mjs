// Budgets of what is loaded early: the extension with the editor, the page with the inspector.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './host/product.mjs';
import { ToolError } from './report.mjs';

/** Bundles by name, with the bytes they may have. */
const BUDGETS = {
  'extension.js': 200_000, // loaded at activation
  'webview.js': 250_000,
};

/** Runs in the engine alone: it would load a native library into the extension host. */
const ENGINE_ONLY = 'onnxruntime';

/** @returns {Promise<string>} the sizes of the built bundles */
export async function bundleSizes() {
  const sizes = Object.entries(BUDGETS).map(([name, budget]) => {
    const bundle = readFileSync(join(repository, 'dist', name));
    if (bundle.includes(ENGINE_ONLY)) throw new ToolError(`${name} contains ${ENGINE_ONLY}`);
    const words = `${name} ${kilobytes(bundle.length)} of ${kilobytes(budget)}`;
    if (bundle.length > budget) throw new ToolError(`${words} is over its budget`);
    return words;
  });
  return sizes.join(', ');
}

/** @param {number} bytes */
const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`;
