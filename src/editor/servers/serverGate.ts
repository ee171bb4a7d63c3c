// The only way from the editor to a server. It is here, in the extension host, that requests leave: VS Code's proxy and
// certificates hold in its `fetch`, and the engine's process never sees a key. It is a bundle of its own, so what has state
// is handed over.
import type { Memento, SecretStorage } from 'vscode';
import { formatCount, formatNumberOf } from '../../core/format';
import { hostOf, isLoopback } from '../../servers/address';
import { atMost, sendBy, type SendToServer } from '../../servers/transport';

/** Origins that the user said yes to, of all windows. */
const CONFIRMED = 'tokenscope.servers';
/** What was sent today. */
const SENT = 'tokenscope.serverTokens';

interface Sent {
  readonly day: string;
  readonly tokens: number;
}

export const UNTRUSTED =
  'Servers are not available in an untrusted workspace: its text is not sent anywhere. Trust the workspace first (Workspaces: Manage Workspace Trust).';

export interface GateOptions {
  readonly memory: Memento;
  readonly secrets: SecretStorage;
  isTrusted(): boolean;
  requestsAtOnce(): number;
  /** To hosts that are not this machine; 0: no limit. */
  dailyTokens(): number;
  /** Hears of every text that is sent, and where. */
  onSent(words: string, host: string): void;
}

export function serverGate(options: GateOptions): SendToServer {
  const { memory, secrets, onSent } = options;
  const sent = new Map<string, { tokens: number; requests: number }>();
  const send = atMost(
    () => options.requestsAtOnce(),
    sendBy(
      (...given) => fetch(...given),
      origin => secrets.get(keyName(origin)),
    ),
  );
  return async (request, signal) => {
    const { origin } = new URL(request.url);
    const host = hostOf(origin);
    if (!isConfirmed(memory, origin))
      return {
        refused: `Nothing is sent to ${host} until you allow it. Run "Tokenscope: Connect to a Server…".`,
      };
    if (request.tokens === 0) return send(request, signal);
    // The server may be of the user's own settings, which hold in every workspace.
    if (!options.isTrusted()) return { refused: UNTRUSTED };
    const isElsewhere = !isLoopback(origin);
    if (isElsewhere) {
      const limit = options.dailyTokens();
      const tokens = sentToday(memory) + request.tokens;
      if (limit > 0 && tokens > limit)
        return {
          refused: `Nothing was sent to ${host}: this text would exceed the daily limit of ${limit} tokens. Raise the setting "tokenscope.servers.dailyTokens", or try again tomorrow.`,
        };
      // Counted before it is sent: what fails has left all the same.
      await memory.update(SENT, { day: today(), tokens } satisfies Sent);
    }
    const { tokens = 0, requests = 0 } = sent.get(host) ?? {};
    const all = { tokens: tokens + request.tokens, requests: requests + 1 };
    sent.set(host, all);
    const day = isElsewhere ? `; ${formatCount(sentToday(memory))} to other machines today` : '';
    onSent(
      `Sent to ${host}: ${formatCount(all.tokens)} tokens in ${formatNumberOf(all.requests, 'request')}${day}.`,
      host,
    );
    return send(request, signal);
  };
}

export function isConfirmed(memory: Memento, origin: string): boolean {
  return isLoopback(origin) || memory.get<string[]>(CONFIRMED, []).includes(origin);
}

export async function keepConfirmed(memory: Memento, origin: string): Promise<void> {
  if (!isConfirmed(memory, origin))
    await memory.update(CONFIRMED, [...memory.get<string[]>(CONFIRMED, []), origin]);
}

export const keyName = (origin: string) => `tokenscope.server.${origin}`;

/** Tokens that went to other machines. */
export function sentToday(memory: Memento): number {
  const sent = memory.get<Sent>(SENT);
  return sent?.day === today() ? sent.tokens : 0;
}

const today = () => new Date().toISOString().slice(0, 10);
