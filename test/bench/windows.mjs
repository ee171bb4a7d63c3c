// Real windows for benchmarks, each on the same folder, with the extension installed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../host/browser.mjs';
import { installedHost } from '../host/install.mjs';
import { repository } from '../host/product.mjs';
import { startServer } from '../host/server.mjs';
import { Workbench } from '../host/workbench.mjs';

/**
 * @param {string} folder workspace
 * @param {string} scratch removed in the end
 */
export async function windowsOn(folder, scratch) {
  const host = await installedHost();
  const server = await startServer({ host, data: join(scratch, 'server'), extension: repository });
  const browser = await launchBrowser(host);
  return {
    /** @type {<T>(file: string, act: (window: Workbench) => Promise<T>) => Promise<T>} */
    async inWindow(file, act) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.setDefaultTimeout(90_000);
      const window = new Workbench(page, server, folder, scratch);
      // A remote window asks first, from 10 MB on.
      await window.open({ 'workbench.editorLargeFileConfirmation': 100 });
      await window.openFile(file);
      const result = await act(window);
      await page.goto('about:blank');
      await page.close();
      return result;
    },
    async close() {
      await browser.close();
      await server.stop();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
