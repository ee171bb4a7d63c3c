// A server that is killed while it is asked, and comes back: as the same model, or as another one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import type { Scores } from '../../src/core/lenses/scores';
import type { Backend } from '../../src/engine/models/backend';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import { serverSource } from '../../src/engine/models/sources/server/serverSource';
import { clientDefaults } from '../../src/servers/serverClient';
import { sendBy } from '../../src/servers/transport';
import { fakeLogits } from '../support/fakeBackend';
import { FakeServer, type FakeKind, type FakeServerOptions } from '../support/fakeServers';
import { BYTE_VOCAB, writeModelFolder } from '../support/modelFolder';
import { sampleOf, seedOr } from '../support/seed';
import { randomOf } from '../support/toys';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-kills-'));
const folder = writeModelFolder(join(scratch, 'tokenizer'), { graph: false, start: false });
const { tokenizer } = readModelFolder(folder);
const send = sendBy(fetch, () => undefined);
const KINDS: FakeKind[] = ['llamaCpp', 'vllm'];
const KILLS = sampleOf(6, 100);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A server that can be killed; `up` is settled while it runs. */
class Mortal {
  up = Promise.resolve();

  private constructor(
    private readonly kind: FakeKind,
    public server: FakeServer,
  ) {}

  static async start(kind: FakeKind): Promise<Mortal> {
    return new Mortal(kind, await FakeServer.start(kind, tokenizer));
  }

  /** Answers nothing that is scored, until it is killed; settled when something is asked. */
  hang(): Promise<void> {
    return new Promise(resolve => {
      this.server.fault = ({ path }) => {
        if (!path.includes('completion')) return undefined;
        resolve();
        return { isSilent: true };
      };
    });
  }

  /** Comes back at the same address after `ms`. */
  kill(ms: number, options = this.server.options): void {
    const { port } = this.server;
    this.up = (async () => {
      await this.server.close();
      await sleep(ms);
      this.server = await this.startAt(port, options);
    })();
  }

  /** Another process may have the port for a moment. */
  private async startAt(port: number, options: FakeServerOptions): Promise<FakeServer> {
    for (let tries = 1; ; tries++) {
      try {
        return await FakeServer.start(this.kind, tokenizer, options, port);
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!isTaken || tries === 50) throw error;
        await sleep(20);
      }
    }
  }
}

async function opened(kind: FakeKind): Promise<{ mortal: Mortal; backend: Backend }> {
  const mortal = await Mortal.start(kind);
  const options = { ...clientDefaults, wait: () => mortal.up };
  const { address } = mortal.server;
  const source = serverSource(tokenizer, options);
  const backend = await source.open(address, '', {} as never, undefined as never, { send });
  return { mortal, backend };
}

function requestOf(text: string) {
  const { ids } = tokenizer.encode(text);
  return { inputs: ids.slice(0, -1), targets: ids.slice(1), from: 0, topK: 5 };
}

function check({ targets, inputs }: ReturnType<typeof requestOf>, rows: Scores, first: number) {
  rows.logprobs.forEach((value, i) => {
    const row = first + i;
    const expected = logSoftmax(fakeLogits(inputs.subarray(0, row + 1), BYTE_VOCAB));
    expect(value).toBeCloseTo(expected[targets[row]!]!, 4);
  });
}

test.each(KINDS)(
  '%s: killed at random moments it is asked again, and its numbers are right',
  async kind => {
    const random = randomOf(seedOr(7));
    const { mortal, backend } = await opened(kind);
    let cut = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const request = requestOf(`text ${kill} of a server that is killed while it is asked`);
      // Every other kill is certain to hit a request.
      const hit = kill % 2 === 0 ? mortal.hang() : sleep(40 * random());
      const scoring = backend.score(request, undefined, (rows, first) =>
        check(request, rows, first),
      );
      // It may be handled below: the kill comes in between.
      scoring.catch(() => {});
      await hit;
      const old = mortal.server;
      mortal.kill(10 * random());
      check(request, await scoring, 0);
      await mortal.up;
      cut += old.closed;
    }
    expect(cut).toBeGreaterThanOrEqual(KILLS / 2);
    await mortal.server.close();
  },
);

test.each(KINDS)(
  '%s: back with another model it is refused, and nothing of it is shown',
  async kind => {
    const random = randomOf(seedOr(8));
    let refused = 0;
    for (let kill = 0; kill < Math.ceil(KILLS / 3); kill++) {
      const { mortal, backend } = await opened(kind);
      const request = requestOf('a text that is asked about twice, by and by');
      const hit = kill % 2 === 0 ? mortal.hang() : sleep(20 * random());
      const scoring = backend.score(request, undefined, (rows, first) =>
        check(request, rows, first),
      );
      scoring.catch(() => {});
      await hit;
      mortal.kill(5, { model: 'owner/other', seed: 99 });
      // It may have been done before the kill.
      const problem = await scoring.then(
        () => undefined,
        (error: unknown) => error,
      );
      await mortal.up;
      const later = backend.score(requestOf('and another text'));
      await expect(later).rejects.toThrow(
        /serves another model than the one that was opened|refuses the request/,
      );
      if (problem !== undefined) {
        expect(problem).toBeInstanceOf(UserError);
        refused++;
      }
      await mortal.server.close();
    }
    expect(refused).toBeGreaterThan(0);
  },
);
