// The inspector's page as axe-core judges it.
import axe from 'axe-core';
import type { Workbench } from '../host/workbench.mjs';

/** What axe-core, put into the page, holds to be serious or critical. */
export async function seriousFindings(ui: Workbench): Promise<string[]> {
  const root = await ui.webview().locator('html').elementHandle();
  const frame = (await root.ownerFrame())!;
  if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(axe.source);
  // Preloading fetches style sheets, which the page's policy forbids.
  const { violations, incomplete } = await frame.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  );
  // Text in the colour of its background is none of axe's violations: it may be hidden on purpose. Here it is not.
  const invisible = incomplete
    .filter(({ id }) => id === 'color-contrast')
    .flatMap(({ nodes }) => nodes)
    .filter(({ any }) => any.some(({ data }) => data?.messageKey === 'equalRatio'))
    .map(node => `invisible: ${node.html}`);
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary}`));
  return [...serious, ...invisible];
}
