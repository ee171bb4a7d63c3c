// A package without ONNX Runtime scores with a server, and says of other models what is missing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { Model } from '../../src/engine/models/model';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import { addressText } from '../../src/servers/address';
import { sendBy } from '../../src/servers/transport';
import { FakeServer } from '../support/fakeServers';
import { writeModelFolder } from '../support/modelFolder';

vi.mock('../../src/engine/onnx/session/runtimePresence', () => ({
  whyNoRuntime: () => 'this package has no ONNX Runtime',
}));

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-runtime-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const noRuntime = () => expect.fail('there is no runtime to start');

test("a server's model scores", async () => {
  const folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false });
  const server = await FakeServer.start('llamaCpp', readModelFolder(folder).tokenizer);
  const path = addressText({ base: server.address, tokenizer: folder });
  const send = sendBy(fetch, () => undefined);
  const model = await Model.open(path, 64, noRuntime, undefined, { send });
  expect(model.info.scoresMissing).toBeUndefined();
  const { signal } = new AbortController();
  expect(await model.logprobsOf(Uint32Array.of(97, 98), 0, signal)).toHaveLength(2);
  await server.close();
});

test('a model of a folder is a tokenizer alone, with the reason', async () => {
  const model = await Model.open(writeModelFolder(join(scratch, 'model')), 64, noRuntime);
  expect(model.info.scoresMissing).toBe('this package has no ONNX Runtime');
});
