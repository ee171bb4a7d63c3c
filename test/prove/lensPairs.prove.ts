// Every lens chosen after every other one in a real window draws what it draws after any.
import { expect, test } from 'vitest';

test('all pairs of lenses in a window', async () => {
  process.env.TOKENSCOPE_ALL_PAIRS = '1';
  process.env.TOKENSCOPE_UI_LIMIT_S = '1700';
  const { build } = await import('../host/build.mjs');
  const { runUiSpecs } = await import('../host/ui.mjs');
  await build();
  const results = await runUiSpecs({ filters: ['every lens is drawn'] });
  expect(results.map(({ state, reason }) => reason ?? state)).toEqual(['passed']);
});
