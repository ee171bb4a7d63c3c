// A client of a fake hub, with a cache of its own, that waits for nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { UserError } from '../../src/core/errors';
import { seededRandom } from '../../src/core/random';
import { download, type DownloadOptions } from '../../src/hub/download';
import type { HubEnvironment } from '../../src/hub/environment';
import { HubClient } from '../../src/hub/hubClient';
import { planDownload, type Plan } from '../../src/hub/plan';
import { readRepository } from '../../src/hub/repository';
import { FakeHub, type FakeRepository } from './fakeHub';

/** Of the file that runs; made anew for each of its tests. */
export let cacheFolder: string;
/** Milliseconds of each pause that was asked for. */
export let pauses: number[];
const hubs: FakeHub[] = [];

export function setUpHub(): void {
  beforeEach(() => {
    cacheFolder = mkdtempSync(join(tmpdir(), 'tokenscope-hub-'));
    pauses = [];
  });
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.close();
    rmSync(cacheFolder, { recursive: true, force: true });
  });
}

/** Closed after the test. */
export async function startHub(repositories: Record<string, FakeRepository> = {}) {
  const hub = await FakeHub.start(repositories);
  hubs.push(hub);
  return hub;
}

export function clientOf(hub: FakeHub, environment: Partial<HubEnvironment> = {}): HubClient {
  return new HubClient(
    {
      endpoint: hub.endpoint,
      token: undefined,
      tokenFrom: 'HF_TOKEN',
      cacheFolder,
      isOffline: false,
      ...environment,
    },
    {
      fetch,
      wait: async ms => {
        pauses.push(ms);
      },
    },
  );
}

/** Plans, and downloads what was planned. */
export async function get(
  client: HubClient,
  name: string,
  options?: DownloadOptions,
  weights?: string,
): Promise<Plan> {
  const repository = await readRepository(client, name);
  const plan = planDownload(repository, cacheFolder, weights);
  await download(client, plan, options);
  return plan;
}

/** The same for the same seed. */
export function randomBytes(length: number, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** The message of a `UserError`; throws unless it fails with one. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('it did not fail');
}
