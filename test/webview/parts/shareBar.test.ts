// A probability as a bar: as long as it is likely, and never gone where it is not zero.
import { expect, test } from 'vitest';
import { shareBar } from '../../../webview/parts/shareBar';
import { shown } from '../../support/litText';

/** [class, left, top, right, bottom] of each bar, in pixels of the picture; all inside of it. */
function bars(share: number, other?: number) {
  const { html } = shown(shareBar(share, other));
  const numbers = (markup: string, ...names: string[]) =>
    names.map(name => Number(new RegExp(`\\s${name}="([^"]*)"`).exec(markup)![1]));
  const [width = NaN, height = NaN] = numbers(html, 'width', 'height');
  return [...html.matchAll(/<rect class="(\w+)"[^>]*>/g)].map(([markup, name]) => {
    const [x = NaN, y = NaN, own = NaN, high = NaN] = numbers(markup, 'x', 'y', 'width', 'height');
    expect(x >= 0 && y >= 0 && x + own <= width && y + high <= height && high > 0).toBe(true);
    return { name, share: own / (width - 2), top: y, bottom: height - y - high, length: own };
  });
}

test('is as long as its share, from nothing to the whole width', () => {
  for (const share of [0, 0.25, 0.5, 1]) expect(bars(share)[0]!.share).toBe(share);
  expect(bars(0.25)).toHaveLength(1);
});

test('what is unlikely is still to be seen', () => {
  for (const share of [1e-9, 1e-3]) expect(bars(share)[0]!.length).toBe(0.5);
});

test('the other share is drawn around the first one, also where it is none', () => {
  const [exact, naive] = bars(0.5, 0.25);
  expect([exact!.name, naive!.name, naive!.share]).toEqual(['exact', 'naive', 0.25]);
  expect(naive!.top).toBeLessThan(exact!.top);
  expect(naive!.bottom).toBeLessThan(exact!.bottom);
  for (const bar of [exact!, naive!]) expect(bar.top).toBe(bar.bottom);
  expect(bars(0.5, 0)[1]!.length).toBe(0);
});

test('readers of the screen hear the numbers beside it', () => {
  expect(shown(shareBar(1)).html).toContain('aria-hidden="true"');
});
