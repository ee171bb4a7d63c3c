// The unit tests that a run of the mutation tests asks.
import { defineConfig, mergeConfig } from 'vitest/config';
import unit from '../vitest.config.mjs';

export default defineConfig(() => {
  const { include, ...test } = unit.test ?? {};
  const own = process.env.TOKENSCOPE_MUTATE_TESTS?.split(',') ?? include ?? [];
  return mergeConfig({ ...unit, test }, { test: { include: own } });
});
