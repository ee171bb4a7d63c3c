// What Tokenscope costs the extension host, measured inside one: see inHost/.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../bundle.mjs';
import { launchBrowser } from '../host/browser.mjs';
import { installedHost } from '../host/install.mjs';
import { copyProduct, repository } from '../host/product.mjs';
import { startServer } from '../host/server.mjs';
import { steadySettings } from '../host/settings.mjs';

const LARGE_BYTES = 1 << 20;

export default { name: 'The extension host', run };

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-host-bench-'));
  const report = join(scratch, 'report.json');
  const extension = join(scratch, 'extension');
  copyProduct(repository, extension);
  // Activated by the measurement alone.
  const manifestPath = join(extension, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  writeFileSync(manifestPath, JSON.stringify({ ...manifest, activationEvents: [] }));
  writeEmptyExtension(join(scratch, 'server/extensions/tokenscope.empty-0.0.1'));
  const folder = join(scratch, 'workspace');
  mkdirSync(folder);
  writeFileSync(join(folder, 'large.ts'), largeSource());

  const host = await installedHost();
  const server = await startServer({
    ...{ host, data: join(scratch, 'server'), automation: true, settings: steadySettings },
    env: { TOKENSCOPE_REPORT: report, HOME: scratch },
  });
  const browser = await launchBrowser(host);
  try {
    const page = await browser.newPage();
    const ended = new Promise(resolve => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', () => {});
    const here = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const tests = join(await bundle('bench/inHost', /^index\.ts$/, 'cjs'), 'index.js');
    await page.goto(
      server.address(folder, [
        ['extensionDevelopmentPath', here(extension)],
        ['extensionTestsPath', here(tests)],
        ['skipWelcome', 'true'],
      ]),
    );
    await ended;
    return rowsOf(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {{ activateMs: Record<'empty' | 'tokenscope', number>, idleGapMs: number, inspectGapMs: number, typeGapMs: number }} measured */
function rowsOf({ activateMs, idleGapMs, inspectGapMs, typeGapMs }) {
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`;
  const idle = { rival: 'the idle host', budget: '< 16 ms' };
  return [
    {
      label: 'activate(), its bundle loaded',
      ratio: activateMs.tokenscope / activateMs.empty,
      ...{ rival: 'an empty extension', budget: '< 20 ms' },
      detail: `${ms(activateMs.tokenscope)} against ${ms(activateMs.empty)}`,
    },
    {
      label: 'longest block while 1 MB is inspected',
      ratio: inspectGapMs / idleGapMs,
      ...idle,
      detail: `${ms(inspectGapMs)} against ${ms(idleGapMs)}`,
    },
    {
      label: 'longest block while somebody types in it',
      ratio: typeGapMs / idleGapMs,
      ...idle,
      detail: `${ms(typeGapMs)} against ${ms(idleGapMs)}`,
    },
  ];
}

/** @param {string} folder */
function writeEmptyExtension(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'empty', publisher: 'tokenscope', version: '0.0.1', main: './main.js' };
  const engines = { vscode: '^1.100.0' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, engines, activationEvents: ['onCommand:none'] }),
  );
  writeFileSync(join(folder, 'main.js'), 'exports.activate = () => {};');
}

/** This project's own source, over and over. */
function largeSource() {
  const source = readFileSync(join(repository, 'src/engine/model.ts'), 'utf8');
  return source.repeat(Math.ceil(LARGE_BYTES / source.length)).slice(0, LARGE_BYTES);
}
