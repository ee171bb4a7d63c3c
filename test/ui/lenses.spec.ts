// Every lens says its own number where a person looks: in the hover and in the inspector's Token tab. And it is drawn,
// whichever lens was drawn before it.
import assert from 'node:assert/strict';
import { needsModel, type Lens } from '../../src/core/lenses/lens';
import { lenses } from '../../src/core/lenses/lenses';
import { seededRandom } from '../../src/core/random';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { closedWalk } from '../support/closedWalk';
import { FIXED_SCALE, drawn, settled } from './picture';

const CODE = `export function words(text: string): string[] {
  const found = text.split(' ');
  return found.filter(word => word.length > 0);
}
`;
/** The number of each lens, as its `format` writes numbers. */
const NUMBERS: Record<string, RegExp> = {
  rank: /\d+/,
  features: /\d+\.\d\d %/,
  unexplained: /\d+\.\d %/,
  varentropy: /\d+\.\d\d bits²/,
  exitDepth: /\d+ % of the layers not needed/,
  attention: /\d+\.\d tokens/,
  dilution: /\d+ %/,
  coreTokens: /\d+\.\d % of its group/,
  attentionRank: /\d+\.\d\d/,
  redundancy: /-?\d+\.\d{3}/,
  drift: /\d+\.\d\d/,
  lookAhead: /\d+\.\d bits/,
};
const BITS = /[+−]?\d+\.\d\d bits/;
/** Of lenses that only say where something is: tokens, and features that are pinned; and of words that are cut finely. */
const hasNumber = (lens: Lens) =>
  (lens.scale.kind === 'heat' || lens.scale.kind === 'diverging') && needsModel(lens);

/** Two prompts make the open model a pair. */
const PAIR = {
  'tokenscope.pair.positivePrompt': '// sorted words\n',
  'tokenscope.pair.negativePrompt': '# once upon a time\n',
};

export const windows: SharedWindow[] = [
  { specs: [everyLensSaysItsOwnNumber], open: openWithPair },
  { specs: [everyLensIsDrawnAfterEveryOther], open: openWithPair },
];

function openWithPair(ui: Workbench): Promise<void> {
  return ui.open({ ...PAIR, ...FIXED_SCALE });
}

export async function everyLensSaysItsOwnNumber(ui: Workbench) {
  ui.writeFile('words.ts', CODE);
  await ui.openFile('words.ts');
  await ui.runCommand('Tokenscope: Compare with Tokenizer or Model…');
  await ui.pick('stories260K');
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui.webview().locator('main > *').first().waitFor();
  await ui.page.locator('.view-line').first().click();
  await ui.goTo(3, 18);
  for (const [id, lens] of Object.entries<Lens>(lenses)) {
    if (!hasNumber(lens)) continue;
    await ui.runCommand('Tokenscope: Choose Lens…');
    await ui.pick(lens.title);
    const number = NUMBERS[id] ?? BITS;
    const term = ui.webview().locator('dt', { hasText: new RegExp(`^${lens.title}$`, 'i') });
    // The tab follows the cursor, the hover the mouse: once both have the token, both have the same number.
    await ui.until(
      async () => {
        const tab = (await term.count()) > 0 ? await term.first().evaluate(next) : '';
        await ui.leaveHovers();
        return { value: number.exec(tab)?.[0] ?? '', hover: await ui.hoverAt('filter') };
      },
      ({ value, hover }) =>
        value !== '' && new RegExp(`${lens.title}:?\\s+${escaped(value)}`).test(hover),
    );
    await ui.screenshot(`lens-${id}`);
    await ui.leaveHovers();
  }
}

/** Feature 729 fires on `raise`, so that the lens of pinned features has something to draw; so have those of digits and of words. */
const RAISES = `import os

for name in os.listdir('.'):
    if name.endswith('.py'):
        raise ValueError(name)  # 12345 zażółć
`;

export async function everyLensIsDrawnAfterEveryOther(ui: Workbench) {
  const random = seededRandom(ui.seedOr(1));
  // Of the lenses on layers, which share their pass, the one that has something to draw in a short text.
  const titles = Object.values<Lens>(lenses)
    .filter(lens => lens.group !== 'layers' || lens === lenses.exitDepth)
    .map(({ title }) => ({ title, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ title }) => title);
  const walk = closedWalk(titles);
  // `npm run prove` goes through every pair; here one lens is drawn before and after each other one.
  const steps = process.env.TOKENSCOPE_ALL_PAIRS ? walk.length : 2 * titles.length - 1;
  ui.writeFile('names.py', RAISES);
  await ui.openFile('names.py');
  await ui.runCommand('Tokenscope: Turn Overlay On');
  await ui.runCommand('Tokenscope: Pin Feature…');
  await ui.page.locator('.quick-input-widget .quick-input-box input').fill('729');
  await ui.pick('#729');
  await ui.statusItem(/Pinned features · /).waitFor();
  await ui.remembered(':729,');
  // Another window: its engine has not opened the autoencoder yet.
  await openWithPair(ui);
  await ui.openFile('names.py');
  await ui.runCommand('Tokenscope: Compare with Tokenizer or Model…');
  await ui.pick('stories260K');
  const pictures = new Map<string, string>();
  const isDrawn = (title: string) =>
    ui.statusItem(new RegExp(`${title} · \\d+ tokens · \\w+: \\d+ tokens$`)).waitFor();
  await isDrawn('Tokens');
  let before = await ui.until(
    () => settled(ui),
    seen => seen !== '[]',
  );
  for (const title of walk.slice(0, steps)) {
    await ui.chooseLens(title);
    await isDrawn(title);
    const known = pictures.get(title);
    const picture = await ui.until(
      () => (known ? drawn(ui) : settled(ui)),
      seen => (known ? seen === known : seen !== '[]' && seen !== before),
    );
    pictures.set(title, picture);
    before = picture;
  }
  assert.equal(new Set(pictures.values()).size, titles.length, 'no two lenses draw the same');
}

const next = (term: Element) => term.nextElementSibling?.textContent?.trim() ?? '';
const escaped = (text: string) => text.replace(/[.+²]/g, '\\$&');
