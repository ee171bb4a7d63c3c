// Takes a picture of the running extension. `node test/host/shoot.mjs --help` says how.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './browser.mjs';
import { installedHost } from './install.mjs';
import { repository } from './product.mjs';
import { HostError, step } from './progress.mjs';
import { startServer } from './server.mjs';
import { themes } from './settings.mjs';
import { Workbench } from './workbench.mjs';

const help = `Takes a picture of the extension in a real VS Code window, headless.
Build first (npm run build); what is installed is a copy of package.json's "files".

  node test/host/shoot.mjs --file tokens.py --command "Tokenscope: Toggle Overlay" --out shot.png

  --folder PATH     workspace, copied first (default: samples)
  --file NAME       file to open, relative to the folder
  --theme NAME      light, dark, hc-dark or hc-light; several: one picture each (default: light)
  --command TITLE   command to run, as the palette shows it; "TITLE = ROW" also picks a row of the quick pick
                    that it opens; may be given several times
  --tab NAME        tab of the inspector to open, once the commands have opened the inspector
  --goto LINE:COL   put the cursor there
  --hover TEXT      rest the mouse on the first place where TEXT is drawn
  --wait TEXT       wait until the status bar says TEXT (a regular expression)
  --key KEY         key to press after all this, such as PageDown; may be given several times
  --pause MS        wait this long before the picture (default: 1500)
  --size WxH        of the window (default: 1280x800)
  --setting K=JSON  a user setting; may be given several times
  --extension PATH  folder of another built extension
  --log             print the extension's log, the page's errors and notifications
  --out FILE        the picture; with several themes, -THEME is added to its name (default: shot.png)
`;

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join(repository, 'samples') },
    file: { type: 'string' },
    theme: { type: 'string', multiple: true, default: ['light'] },
    command: { type: 'string', multiple: true, default: [] },
    tab: { type: 'string' },
    goto: { type: 'string' },
    key: { type: 'string', multiple: true, default: [] },
    hover: { type: 'string' },
    wait: { type: 'string' },
    pause: { type: 'string', default: '1500' },
    size: { type: 'string', default: '1280x800' },
    setting: { type: 'string', multiple: true, default: [] },
    extension: { type: 'string', default: repository },
    log: { type: 'boolean', default: false },
    out: { type: 'string', default: 'shot.png' },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-shoot-'));
  const folder = join(scratch, basename(values.folder));
  cpSync(values.folder, folder, { recursive: true });
  const host = await installedHost();
  const server = await startServer({
    host,
    data: join(scratch, 'server'),
    extension: resolve(values.extension),
  });
  const browser = await launchBrowser(host);
  try {
    const [width = 1280, height = 800] = values.size.split('x').map(Number);
    const page = await browser.newPage({ viewport: { width, height } });
    if (values.log)
      page.on(
        'console',
        message => message.type() === 'error' && console.error('page:', message.text()),
      );
    const window = new Workbench(page, server, folder, dirname(resolve(values.out)));
    const settings = values.setting.map(setting => setting.split(/=(.*)/s));
    const user = Object.fromEntries(
      settings.map(([name, json = 'null']) => [name, JSON.parse(json)]),
    );
    await step('Loading the window', () => window.open(user));
    await act(window);
    for (const name of /** @type {(keyof typeof themes)[]} */ (values.theme)) {
      if (!(name in themes))
        throw new HostError(`No theme "${name}": ${Object.keys(themes).join(', ')}.`);
      await window.setTheme(name);
      if (values.hover) console.log(await window.hoverAt(values.hover));
      await page.waitForTimeout(Number(values.pause));
      const suffix = values.theme.length > 1 ? `-${name}` : '';
      console.log(await window.screenshot(basename(values.out).replace(/\.png$/, '') + suffix));
    }
    if (values.log)
      console.log([await window.status(), await window.notifications(), server.extensionLog()]);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {Workbench} window */
async function act(window) {
  if (values.file) await window.openFile(values.file);
  if (values.goto) {
    const [line = 1, column = 1] = values.goto.split(':').map(Number);
    await window.goTo(line, column);
  }
  for (const command of values.command) {
    const [title = '', row] = command.split(' = ');
    await window.runCommand(title);
    if (row) await window.pick(row);
  }
  if (values.tab) await window.webview().getByRole('tab', { name: values.tab }).click();
  if (values.wait) await window.statusItem(new RegExp(values.wait)).waitFor({ timeout: 120_000 });
  for (const key of values.key) await window.page.keyboard.press(key);
}

if (values.help) console.log(help);
else {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof HostError ? error.message : error);
    process.exit(1);
  }
}
