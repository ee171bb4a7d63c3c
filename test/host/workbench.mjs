// A VS Code window in a browser, with the gestures and the looks that tests and pictures need.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installedHost } from './install.mjs';
import { samples, startProduct } from './productServer.mjs';
import { steadySettings, themes } from './settings.mjs';

const READY_LIMIT_MS = 90_000;

/** A colour that no window here draws. The page's style says when a window has read its settings. */
const MARK = 'debugConsole.sourceForeground';

/** A key that neither VS Code nor the extension uses. */
const TIDY = 'Control+Alt+Shift+F9';

const INPUT = '.quick-input-widget .quick-input-box input';

/** What the status item says while the overlay is off. */
const OFF = /^\s*Tokenscope\s*$/;

export class Workbench {
  /**
   * @param {import('playwright-core').Page} page
   * @param {import('./server.mjs').Server} server
   * @param {string} folder the open workspace
   * @param {string} pictures where screenshots go
   * @param {number} [hub] the port of the hub that its extension asks
   */
  constructor(page, server, folder, pictures, hub) {
    this.page = page;
    this.server = server;
    this.folder = folder;
    this.pictures = pictures;
    this.hub = hub;
    /** @type {Record<string, unknown>} */
    this.settings = {};
    this.changes = 0;
    /** @type {number | undefined} */
    this.seed = undefined;
    /** Lines of the log. @type {Set<string>} */
    this.earlier = new Set();
    this.startLog();
  }

  /** What the log has until now is not this window's, or of a spec before this one. */
  startLog() {
    this.earlier = new Set(this.server.extensionLog().split('\n'));
  }

  /** The user's, for a server whose windows are tidied. */
  static keybindings = [
    {
      key: TIDY.replace('Control', 'ctrl').toLowerCase(),
      command: 'runCommands',
      args: {
        commands: [
          'workbench.action.files.saveFiles',
          'workbench.action.closeAllEditors',
          'workbench.action.editorLayoutSingle',
          'workbench.action.closePanel',
          { command: 'tokenscope.chooseLens', args: 'surprisal' },
          'tokenscope.toggleOverlay',
          'notifications.clearAll',
          'workbench.files.action.focusFilesExplorer',
        ],
      },
    },
  ];

  /**
   * Brings the window back into the state in which it opened: no editor, panel, message or setting of the workspace, the
   * overlay off with its usual lens, and the files of the samples alone. The model that is open stays, and so do the settings
   * of the machine.
   */
  async tidy() {
    this.seed = undefined;
    await this.leaveHovers();
    await this.page.keyboard.press('Escape');
    await this.page.locator(INPUT).waitFor({ state: 'hidden' });
    await this.page.keyboard.press(TIDY);
    // An editor that is no file asks.
    const dialog = this.page.locator('.monaco-dialog-box');
    await this.until(
      async () => {
        if (await dialog.isVisible())
          await dialog.getByRole('button', { name: "Don't Save" }).click();
        const explorer = this.page.locator('.explorer-folders-view .monaco-list:focus');
        return { tabs: await this.page.locator('.tab').count(), ends: await explorer.count() };
      },
      ({ tabs, ends }) => tabs === 0 && ends === 1,
    );
    await this.statusItem(OFF).waitFor();
    const samplesHere = new Set([...readdirSync(samples), '.vscode']);
    for (const name of readdirSync(this.folder))
      if (!samplesHere.has(name)) rmSync(join(this.folder, name), { recursive: true });
    cpSync(samples, this.folder, { recursive: true, force: false });
    if (Object.keys(this.settings).length > 0) {
      this.settings = {};
      await this.setSettings({});
    }
  }

  /**
   * The seed of a random spec; the runner prints it where the spec fails.
   * @param {number} seed
   */
  seedOr(seed) {
    this.seed = Number(process.env.SEED ?? seed);
    return this.seed;
  }

  /** @param {Record<string, unknown>} settings of the user; machine-scoped ones too */
  async open(settings = {}) {
    this.server.writeSettings({ ...steadySettings, ...settings });
    await this.visit(this.server.address(this.folder));
  }

  /**
   * Loads the page of a server and waits for a window that answers keys.
   * @param {string} address
   */
  async visit(address) {
    await this.page.goto(address);
    for (const part of ['.part.statusbar', '.explorer-folders-view .monaco-list']) {
      await this.page
        .locator(`.monaco-workbench ${part}`)
        .first()
        .waitFor({ timeout: READY_LIMIT_MS });
    }
  }

  /**
   * Changes settings of the open workspace, and waits until the window has read them. (It does not
   * hear of changes to the user's file after its first.)
   * @param {Record<string, unknown>} settings
   */
  async setSettings(settings) {
    const mark = `#0000${(++this.changes).toString(16).padStart(2, '0')}`;
    Object.assign(this.settings, settings, { 'workbench.colorCustomizations': { [MARK]: mark } });
    const root = this.page.locator('.monaco-workbench');
    const read = () =>
      root.evaluate(
        (node, name) => getComputedStyle(node).getPropertyValue(name).trim(),
        `--vscode-${MARK.replace('.', '-')}`,
      );
    let written = -Infinity;
    await this.until(
      () => {
        // A window that is not yet watching its folder misses a change.
        if (performance.now() > written + 2000) {
          this.writeFile('.vscode/settings.json', JSON.stringify(this.settings, null, 2));
          written = performance.now();
        }
        return read();
      },
      value => value === mark,
    );
  }

  /** @param {import('./settings.mjs').ThemeName} theme */
  async setTheme(theme) {
    const { name, kind } = themes[theme];
    await this.setSettings({ 'workbench.colorTheme': name });
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /**
   * Writes a file into the workspace.
   * @param {string} name
   * @param {string | Uint8Array} text
   */
  writeFile(name, text) {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** @param {string} name relative to the workspace */
  async openFile(name) {
    await this.quickInput('Control+P', join(this.folder, name));
    const base = name.split('/').at(-1) ?? name;
    // What was opened before is listed first, until the file is found.
    await this.page.locator('.quick-input-list .focused', { hasText: base }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${base}"]`).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** @param {string} title as the command palette shows it */
  async runCommand(title) {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    // A list that was opened before the window had read its extensions stays without their commands.
    await this.until(
      async () => {
        await this.quickInput('F1', `>${title}`);
        return row.waitFor({ timeout: 2000 }).then(
          () => true,
          () => this.page.keyboard.press('Escape').then(() => false),
        );
      },
      isListed => isListed,
    );
    await row.click();
    // What comes next may be a list of the command's own, in the same place.
    const input = this.page.locator(INPUT);
    await this.until(
      async () => (await input.isVisible()) && (await input.inputValue()),
      value => value !== `>${title}`,
    );
  }

  /**
   * Opens the quick input with a key and fills it.
   * @param {string} key
   * @param {string} text
   */
  async quickInput(key, text) {
    const input = this.page.locator(INPUT);
    // A page that takes the focus as it opens closes the quick input again.
    await this.until(
      async () => {
        if (!(await input.isVisible())) await this.page.keyboard.press(key);
        return input.fill(text, { timeout: 2000 }).then(
          () => true,
          () => false,
        );
      },
      isFilled => isFilled,
    );
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  }

  /**
   * Chooses a row of a quick pick that is open.
   * @param {string} text of the row
   */
  async pick(text) {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    const row = rows.filter({ hasText: text }).first();
    // Of a long list the rows on the screen alone are there.
    if ((await row.count()) === 0) await this.page.locator(INPUT).fill(text);
    await row.click();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /**
   * Chooses a lens by the status item.
   * @param {string} title
   */
  async chooseLens(title) {
    const item = this.page.locator('.statusbar-item[id*="tokenscope.status"]');
    if ((await this.statusItem(OFF).count()) > 0) {
      // While the overlay is off, a click turns it on.
      await item.click();
      await this.statusItem(OFF).waitFor({ state: 'detached' });
    }
    await item.click();
    await this.pick(title);
    // The click took the focus away from the text.
    await this.page.locator('.statusbar-item-label:focus').waitFor({ state: 'detached' });
  }

  /**
   * Puts the cursor at a line and a column, both from 1, and shows them.
   * @param {number} line
   * @param {number} column
   */
  async goTo(line, column = 1) {
    await this.quickInput('Control+G', `:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    // What is typed next is for the text.
    await this.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  }

  /** What decorations draw in the active editor: one entry for each decorated piece of text on the screen. */
  decorations() {
    return this.page
      .locator('.editor-group-container.active .view-lines [class*="ced-"]')
      .evaluateAll(spans =>
        spans.map(span => {
          const style = getComputedStyle(span);
          const classes = [...span.classList].filter(name => name.startsWith('ced-'));
          const { textContent: text } = span;
          const { color, backgroundColor, borderBottom, textDecoration } = style;
          const [before, after] = ['::before', '::after'].map(
            side => getComputedStyle(span, side).content,
          );
          return {
            text: text ?? '',
            classes,
            color,
            backgroundColor,
            borderBottom,
            textDecoration,
            before,
            after,
          };
        }),
      );
  }

  /** Backgrounds and borders that whole-range decorations paint behind the text. */
  backgrounds() {
    return this.page
      .locator('.editor-group-container.active .view-overlays [class*="ced-"]')
      .evaluateAll(pieces =>
        pieces.map(piece => {
          const { backgroundColor, borderBottom, outline } = getComputedStyle(piece);
          const { left, top, width, height } = piece.getBoundingClientRect();
          const classes = [...piece.classList].filter(name => name.startsWith('ced-'));
          return { classes, backgroundColor, borderBottom, outline, left, top, width, height };
        }),
      );
  }

  /**
   * The screen rectangle of a piece of text in the active editor.
   * @param {string} text
   * @param {number} nth counted from 0
   */
  async boxOf(text, nth = 0) {
    const lines = this.page.locator('.editor-group-container.active .view-lines');
    const box = await this.until(
      () => lines.evaluate(findText, { text, nth }),
      found => found !== undefined,
    );
    if (!box) throw new Error(`"${text}" (${nth}) is not on the screen`);
    return box;
  }

  /**
   * Rests the mouse on a piece of text and returns what the hover says.
   * @param {string} text
   * @param {number} nth counted from 0
   */
  async hoverAt(text, nth = 0) {
    const hovers = this.page.locator('.monaco-hover:visible');
    // A text that moves under the mouse, as it is laid out or scrolled, shows none.
    await this.until(
      async () => {
        const { x, y, width, height } = await this.boxOf(text, nth);
        await this.page.mouse.move(x + 1, y + 200);
        await this.page.mouse.move(x + Math.min(width / 2, 12), y + height / 2, { steps: 5 });
        const row = hovers.locator('.hover-row').first();
        return row.waitFor({ timeout: 5000 }).then(
          () => true,
          () => false,
        );
      },
      isShown => isShown,
    );
    // A provider that has not answered yet is a row of its own.
    await hovers.filter({ hasText: 'Loading...' }).first().waitFor({ state: 'hidden' });
    return (await hovers.allInnerTexts()).join('\n');
  }

  /**
   * The hover over a piece of text, once it says what it is to say: a model may take a while.
   * @param {string} text
   * @param {RegExp} words
   */
  hoverUntil(text, words) {
    return this.until(
      async () => {
        await this.leaveHovers();
        return this.hoverAt(text);
      },
      found => words.test(found),
    );
  }

  /**
   * Takes the mouse away from whatever shows a hover, and waits until none is there.
   */
  async leaveHovers() {
    await this.page.mouse.move(700, 600);
    await this.page.keyboard.press('Escape');
    await this.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  }

  /**
   * Waits until the window has written what an extension remembers; a reload before that loses it.
   * @param {string} text in what is remembered
   */
  async remembered(text) {
    await this.until(
      () => this.page.evaluate(stateHas, text),
      isThere => isThere,
    );
  }

  /**
   * Looks again until what it sees fits. Throws with the last of it after 40 seconds.
   * @template T
   * @param {() => T | Promise<T>} look
   * @param {(seen: T) => boolean} fits
   * @returns {Promise<T>}
   */
  async until(look, fits) {
    const deadline = performance.now() + 40_000;
    for (;;) {
      const seen = await look();
      if (fits(seen)) return seen;
      if (performance.now() > deadline)
        throw new Error(`still ${JSON.stringify(seen)}, waiting for ${fits}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Text of all status bar items. */
  async status() {
    const items = await this.page.locator('.statusbar-item').allInnerTexts();
    return items.map(text => text.trim()).filter(text => text);
  }

  /**
   * The status item that says something.
   * @param {string | RegExp} text
   */
  statusItem(text) {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  /** What the extension wrote to its output channels in this window. */
  extensionLog() {
    const lines = this.server.extensionLog().split('\n');
    return lines.filter(line => !this.earlier.has(line)).join('\n');
  }

  /** Text of the notifications on the screen. */
  notifications() {
    return this.page
      .locator('.notifications-toasts .notification-list-item-message')
      .allInnerTexts();
  }

  /** The document inside the extension's webview on the screen; notebooks have webviews of their own. */
  webview() {
    const ours = 'iframe.webview.ready[src*="extensionId=tokenscope"]';
    return this.page.frameLocator(ours).frameLocator('#active-frame');
  }

  /**
   * The server as `npm start` runs it.
   * @param {string} data of this run
   * @param {string} [folder] that its windows open; the samples if there is none
   */
  async startProduct(data, folder = samples) {
    const server = await startProduct({
      host: await installedHost(),
      folder,
      data,
      userData: data,
      port: 0,
    });
    return { address: server.address(folder), stop: server.stop };
  }

  /** @param {string} name without its ending */
  async screenshot(name) {
    mkdirSync(this.pictures, { recursive: true });
    const path = join(this.pictures, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}

/**
 * Runs in the page. Whether a database of the window has an entry with the text.
 * @param {string} text
 */
async function stateHas(text) {
  /**
   * @template T
   * @param {IDBRequest<T>} request
   * @returns {Promise<T>}
   */
  const done = request =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(new Error(request.error?.message)));
    });
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    try {
      for (const table of database.objectStoreNames) {
        const all = await done(database.transaction(table).objectStore(table).getAll());
        if (all.some(value => typeof value === 'string' && value.includes(text))) return true;
      }
    } finally {
      database.close();
    }
  }
  return false;
}

/**
 * Runs in the page. View lines are virtualised and out of order, so they are sorted by their place.
 * @param {Element} lines
 * @param {{ text: string, nth: number }} wanted
 */
function findText(lines, { text, nth }) {
  let left = nth;
  const rows = [...lines.children].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  for (const row of rows) {
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    /** @type {Text[]} */
    const nodes = [];
    while (walker.nextNode()) nodes.push(/** @type {Text} */ (walker.currentNode));
    // The editor draws spaces as no-break spaces.
    const whole = nodes
      .map(node => node.data)
      .join('')
      .replaceAll('\u00a0', ' ');
    for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + 1)) {
      if (left-- > 0) continue;
      const range = document.createRange();
      let offset = 0;
      let started = false;
      for (const node of nodes) {
        const end = offset + node.length;
        if (!started && at < end) {
          range.setStart(node, at - offset);
          started = true;
        }
        if (started && at + text.length <= end) {
          range.setEnd(node, at + text.length - offset);
          break;
        }
        offset = end;
      }
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }
  }
  return undefined;
}
