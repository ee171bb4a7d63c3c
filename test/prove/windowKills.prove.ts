// The engine killed 200 times while somebody types in a real window: after every kill the window shows
// what it shows for that text when nobody kills anything.
import { expect, test } from 'vitest';

const KILLS = 200;

test(`${KILLS} kills in a window, no stale decoration`, async () => {
  process.env.TOKENSCOPE_KILLS = String(KILLS);
  process.env.TOKENSCOPE_UI_LIMIT_S = '1700';
  const { build } = await import('../host/build.mjs');
  const { runUiSpecs } = await import('../host/ui.mjs');
  await build();
  const results = await runUiSpecs({ filters: ['killed engine'] });
  expect(results.map(({ state, reason }) => reason ?? state)).toEqual(['passed']);
});
