// Ctrl+C while a model's weights are written: nothing half written is left.
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { writeLargeGguf } from '../support/largeGguf';
import { scratch, setUpCommandLine, start } from './support';

setUpCommandLine();

test('ends at once, and takes away what was written', async () => {
  const model = writeLargeGguf(join(scratch, 'large.gguf'), 2);
  const cache = join(scratch, 'cache');
  writeFileSync(join(scratch, 'text'), 'a');
  const written = () => (existsSync(join(cache, 'gguf')) ? readdirSync(join(cache, 'gguf')) : []);
  const command = start(['inspect', 'text', '--model', model], { TOKENSCOPE_CACHE: cache });
  let said = '';
  command.stderr!.on('data', part => (said += part));
  await vi.waitUntil(() => written().some(name => name.endsWith('.partial')), { timeout: 30_000 });
  command.kill('SIGINT');
  const [code] = await once(command, 'exit');
  expect([code, said]).toEqual([130, 'tokenscope: interrupted\n']);
  expect(written()).toEqual([]);
});
