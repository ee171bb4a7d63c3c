// Every lens says its own number where a person looks: in the hover and in the inspector's Token tab.
import type { Lens } from '../../src/core/lenses/lens';
import { lenses } from '../../src/core/lenses/lenses';
import type { Workbench } from '../host/workbench.mjs';

const CODE = `export function words(text: string): string[] {
  const found = text.split(' ');
  return found.filter(word => word.length > 0);
}
`;
/** The number of each lens, as its `format` writes numbers. */
const NUMBERS: Record<string, RegExp> = {
  rank: /\d+/,
  features: /\d+ % of its maximum/,
  unexplained: /\d+\.\d %/,
  varentropy: /\d+\.\d\d bits²/,
};
const BITS = /[+−]?\d+\.\d\d bits/;
/** Of lenses that only say where something is: tokens, and features that are pinned. */
const hasNumber = ({ scale }: Lens) => scale.kind === 'heat' || scale.kind === 'diverging';

export async function everyLensSaysItsOwnNumber(ui: Workbench) {
  await ui.open({
    'tokenscope.pair.positivePrompt': '// sorted words\n',
    'tokenscope.pair.negativePrompt': '# once upon a time\n',
  });
  ui.writeFile('words.ts', CODE);
  await ui.openFile('words.ts');
  await ui.runCommand('Tokenscope: Compare with Tokenizer or Model…');
  await ui.pick('stories260K');
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui.webview().locator('main > *').first().waitFor();
  await ui.page.locator('.view-line').first().click();
  for (const [id, lens] of Object.entries<Lens>(lenses)) {
    if (!hasNumber(lens)) continue;
    await ui.runCommand('Tokenscope: Choose Lens…');
    await ui.pick(lens.title);
    await ui.goTo(3, 18);
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

const next = (term: Element) => term.nextElementSibling?.textContent?.trim() ?? '';
const escaped = (text: string) => text.replace(/[.+²]/g, '\\$&');
