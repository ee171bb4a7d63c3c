// Answers of a real server, kept in a file and given again for the same requests.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SendToServer, ServerAnswer } from '../../src/servers/transport';
import { golden } from './paths';

interface Recording {
  readonly by: string;
  readonly requests: { path: string; body: string | null; answer: ServerAnswer }[];
}

const fileOf = (name: string) => join(golden, 'servers', `${name}.json`);

/**
 * Throws for a request that was not recorded: then it has to be recorded anew. `unsaid`: fields that the recorded requests
 * do not have, because they say what that server does by default.
 */
export function replay(name: string, unsaid: readonly string[] = []): SendToServer {
  const { requests } = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Recording;
  return async ({ url, body }) => {
    const path = new URL(url).pathname;
    const recorded = body === undefined ? null : withoutFields(body, unsaid);
    const found = requests.find(each => each.path === path && each.body === recorded);
    if (found) return found.answer;
    throw new Error(`no answer to ${path} ${body ?? ''} was recorded`);
  };
}

function withoutFields(body: string, names: readonly string[]): string {
  const fields = Object.entries(JSON.parse(body) as object);
  return JSON.stringify(Object.fromEntries(fields.filter(([name]) => !names.includes(name))));
}

/** Keeps what goes through `send`; `save` writes it. */
export function recorder(send: SendToServer) {
  const requests: Recording['requests'] = [];
  return {
    send: (async (request, signal) => {
      const answer = await send(request, signal);
      const path = new URL(request.url).pathname;
      const body = request.body ?? null;
      if (!requests.some(each => each.path === path && each.body === body))
        requests.push({ path, body, answer });
      return answer;
    }) satisfies SendToServer,
    save(name: string, by: string): void {
      writeFileSync(fileOf(name), `${JSON.stringify({ by, requests }, null, 1)}\n`);
    },
  };
}
