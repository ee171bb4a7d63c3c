// Ghost text on the screen, and what a file has after it was accepted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../host/workbench.mjs';

/** Further lines are drawn outside the lines of the text, and the replaced text is hidden. */
export const ghost = (ui: Workbench) =>
  ui.page.locator('.editor-instance [class*="ghost-text"]:not(.ghost-text-hidden)');

export async function ghostText(ui: Workbench): Promise<string> {
  await ghost(ui).first().waitFor();
  return (await ghost(ui).allTextContents()).join('').replaceAll('\u00a0', ' ');
}

export const saved = (ui: Workbench, name: string) => readFileSync(join(ui.folder, name), 'utf8');

/** Saves until the file fits; it is empty for a moment while it is written. */
export async function savedText(
  ui: Workbench,
  name: string,
  fits: (text: string) => boolean,
): Promise<string> {
  return ui.until(
    async () => {
      await ui.page.keyboard.press('Control+S');
      return saved(ui, name);
    },
    text => text !== '' && fits(text),
  );
}

/** A window of completions opens with its settings: it need not hear of a change. */
export const open = (ui: Workbench) =>
  ui.open({
    'tokenscope.completion.minProbability': 0.02,
    'tokenscope.completion.maxTime': 20_000,
  });

/** In a window where they are off, or on since a spec before this one. What says so is on the screen for a moment alone. */
export async function turnCompletionsOn(ui: Workbench): Promise<void> {
  const path = join(ui.server.data, 'data/User/settings.json');
  const isOn = () => /"tokenscope.completion.enabled": *true/.test(readFileSync(path, 'utf8'));
  if (isOn()) return;
  await ui.runCommand('Tokenscope: Toggle Completions');
  await ui.until(isOn, Boolean);
}

/**
 * Opens a file with the cursor at the beginning of a line. VS Code makes what asks for completions when an editor is idle,
 * some seconds later at most, or by this command: what is typed before is not heard by it.
 */
export async function openAtLine(ui: Workbench, file: string, line: number): Promise<void> {
  await ui.openFile(file);
  // Brackets are coloured once the editor knows those of the language, which it closes and indents by.
  await ui.page.locator('.view-lines [class*="bracket-highlighting"]').first().waitFor();
  await ui.goTo(line);
  await ui.runCommand('Trigger Inline Suggestion');
  await logged(ui, new RegExp(`${file.replaceAll('.', '\\.')}:${line}:1 (?:"|nothing)`));
  await ui.page.keyboard.press('Escape');
}

/** Waits until the completion log has such a line. */
export function logged(ui: Workbench, line: RegExp): Promise<string> {
  return ui.until(
    () => ui.extensionLog(),
    log => line.test(log),
  );
}
