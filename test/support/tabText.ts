// What tests read of a tab of the inspector: its lines, and what its listeners ask of the page.
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { FakePage } from './inspectorPage';
import { shown, type Shown } from './litText';

export const piece = (id: number, text: string) => ({ id, bytes: encodeUtf8(text) });

export const linesOf = (template: unknown, start = /^/) =>
  shown(template)
    .text.split('\n')
    .filter(line => start.test(line));

const NOWHERE = { target: { closest: () => null } };

/** What the listeners of an event ask of the page, one after the other. */
export const asked = (
  page: FakePage,
  { listeners }: Shown,
  event: string,
  value: unknown = NOWHERE,
) => {
  page.asked.length = 0;
  for (const { listener, event: own } of listeners) if (own === event) listener(value);
  return page.asked.map(([what, params]) => (typeof params === 'object' ? [what, params] : params));
};

/** What a click, Space and Enter at a row or a token ask of the page, by its `data-token`. */
export function chosen(page: FakePage, found: Shown, token: string) {
  const target = { closest: () => ({ dataset: { token } }) };
  const key = (name: string) => ({ key: name, target, preventDefault: () => {} });
  return [
    asked(page, found, 'click', { target }),
    asked(page, found, 'keydown', key(' ')),
    asked(page, found, 'keydown', key('Enter')),
  ];
}
