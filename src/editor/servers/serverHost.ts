// What the engine asks of this process: requests to servers. The gate is loaded at the first one.
import { workspace, type ExtensionContext } from 'vscode';
import type { Handlers } from '../../protocol/channel';
import type { HostApi } from '../../protocol/host';
import type { SendToServer } from '../../servers/transport';
import { settings } from '../settings';

/** What was sent to the server that was asked last, in words; empty before. */
export const serverUse = { words: '' };

/** At most so often a line of the log about a host. */
const LOG_MS = 10_000;

export function serverHost(
  { globalState: memory, secrets }: ExtensionContext,
  log: (line: string) => void,
): Handlers<HostApi> {
  let gate: SendToServer | undefined;
  const logged = new Map<string, number>();
  const onSent = (words: string, host: string) => {
    serverUse.words = words;
    const before = logged.get(host) ?? -LOG_MS;
    if (performance.now() - before < LOG_MS) return;
    logged.set(host, performance.now());
    log(words);
  };
  return {
    async sendToServer(request, signal) {
      const { serverGate } = await import('./serverGate');
      const { requestsAtOnce, dailyTokens } = settings.servers;
      gate ??= serverGate({
        memory,
        secrets,
        isTrusted: () => workspace.isTrusted,
        requestsAtOnce: () => requestsAtOnce.value,
        dailyTokens: () => dailyTokens.value,
        onSent,
      });
      return gate(request, signal);
    },
  };
}
