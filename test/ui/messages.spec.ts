// Names and keys of files from strangers are text in messages and titles, never links or icons.
import assert from 'node:assert/strict';
import type { Workbench } from '../host/workbench.mjs';

const LINK = '[Open](command:workbench.action.quit)';

export async function namesAndKeysAreNoLinks(ui: Workbench) {
  const name = `${LINK}.json`;
  // The explorer shows a new file once the window watches its folder.
  await ui.setSettings({});
  ui.writeFile(name, '{"other": 1}\n');
  ui.writeFile('keys.jsonl', `${JSON.stringify({ [LINK]: 1 })}\n`);
  for (const file of [name, 'keys.jsonl']) {
    // Not by the quick input, which reads what follows a colon as a line.
    await ui.page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).dblclick();
    await ui.page.locator('.tab.active', { hasText: file }).waitFor();
    await ui.runCommand('Tokenscope: Open Reasoning Traces…');
    const message = ui.page.locator('.notification-list-item-message').first();
    await message.waitFor();
    const text = await message.innerText();
    assert.match(text, /\[Open\] \(command:workbench\.action\.quit\)/);
    assert.equal(await message.locator('a').count(), 0, text);
    await ui.screenshot(`message-${file === name ? 'name' : 'key'}`);
    await ui.runCommand('Notifications: Clear All Notifications');
  }
}
