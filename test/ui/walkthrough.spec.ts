// Every button of the walkthrough does what it says, also for somebody who has nothing open.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../host/workbench.mjs';
import { settled } from './picture';

const manifest = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as {
  contributes: { walkthroughs: { steps: { title: string; description: string }[] }[] };
};

/** What is seen after a button, by its command. */
const answers: Record<string, (ui: Workbench) => Promise<unknown>> = {
  'tokenscope.turnOverlayOn': isPainted,
  'tokenscope.nextPeak': isPainted,
  'tokenscope.chooseLens': listIs('Tokenscope: lens'),
  'tokenscope.chooseModel': listIs('Tokenscope: model or tokenizer'),
  'tokenscope.openInspector': ui => ui.webview().locator('main > *').first().waitFor(),
  'tokenscope.turnCompletionsOn': ui => ui.statusItem('Completions are on').waitFor(),
  'tokenscope.explainCompletion': ui =>
    // Where nothing has been suggested yet, a message says so.
    ui.page
      .locator('.notification-list-item-message', { hasText: 'completion' })
      .or(ui.page.locator('.tab.active', { hasText: 'last completion' }))
      .first()
      .waitFor(),
  'tokenscope.showReport': ui => ui.page.locator('.tab.active', { hasText: 'report' }).waitFor(),
};

export async function everyButtonOfTheWalkthroughWorks(ui: Workbench) {
  const [walkthrough] = manifest.contributes.walkthroughs;
  for (const { title, description } of walkthrough!.steps) {
    for (const [, label, command] of description.matchAll(/\[([^\]]+)\]\(command:([\w.]+)\)/g)) {
      await openStep(ui, title);
      await buttonOf(ui, label!).click();
      const answer = answers[command!];
      assert.ok(answer, `${command} has no expected answer`);
      await answer(ui);
      await ui.page.keyboard.press('Escape');
      const errors = ui.page.locator('.notification-list-item .codicon-error');
      assert.equal(await errors.count(), 0, `${label}: an error`);
    }
  }
  // A second click leaves it on.
  await openStep(ui, walkthrough!.steps[0]!.title);
  await buttonOf(ui, 'Turn the Overlay On').click();
  await isPainted(ui);
}

/** A button, or a link in the text. The title of the step may have the same words. */
const buttonOf = (ui: Workbench, label: string) =>
  ui.page.locator('.getting-started-step.expanded').getByText(label, { exact: true }).last();

async function openStep(ui: Workbench, title: string): Promise<void> {
  await ui.runCommand('Welcome: Open Walkthrough');
  await ui.pick('See What a Language Model Sees');
  await ui.page.locator('.getting-started-step', { hasText: title }).first().click();
  await ui.page.locator('.getting-started-step.expanded', { hasText: title }).first().waitFor();
}

function isPainted(ui: Workbench): Promise<string> {
  return ui.until(
    () => settled(ui),
    seen => seen !== '[]',
  );
}

function listIs(title: string): (ui: Workbench) => Promise<unknown> {
  return ui =>
    ui.page.locator('.quick-input-widget .quick-input-title', { hasText: title }).waitFor();
}
