// Files of tests share their process: what one has stubbed, or set in the fake of VS Code, is not the next one's.
import { afterAll, vi } from 'vitest';
import { tidyFake } from './tidyFake';

afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  tidyFake();
});
