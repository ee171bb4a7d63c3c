// "Connect to a Server…": the address, once the user's word that text may go there, a key where it wants one, the model,
// and its tokenizer. It is a bundle of its own, so what has state is handed over.
import type { QuickPickItem, SecretStorage } from 'vscode';
import type { KeyNeeded, LocalModel, ServerInfo } from '../../protocol/models';
import {
  addressText,
  hostOf,
  isLoopback,
  isServerAddress,
  readAddress,
} from '../../servers/address';
import type { Engine } from '../engine/engineClient';
import type { ChosenModel } from '../models/chosenModel';
import type { ask, choose, confirm, showList } from '../ui/messages';
import type { pickPath } from '../ui/pickPath';
import type { cancellable } from '../ui/progress';
import { keepRecent } from '../models/recentModels';
import { isConfirmed, keepConfirmed, keyName, UNTRUSTED } from './serverGate';

export interface ConnectOptions {
  readonly engine: Pick<Engine, 'aside'>;
  readonly chosen: Pick<ChosenModel, 'memory'>;
  readonly secrets: SecretStorage;
  readonly isTrusted: boolean;
  /** Throws where it cannot be opened. */
  open(path: string): Promise<void>;
  /** Shows the text of the active editor in the tokens of the server at an address. */
  showPieces(address: string): Promise<void>;
  readonly ask: typeof ask;
  readonly choose: typeof choose;
  readonly confirm: typeof confirm;
  readonly showList: typeof showList;
  readonly pickPath: typeof pickPath;
  readonly cancellable: typeof cancellable;
}

const TITLE = 'Tokenscope: connect to a server';
const LAST = 'tokenscope.lastServer';

/** Answers what is wrong: an error of this bundle is of another class than the window's. Throws those of the window. */
export async function connectServer(options: ConnectOptions): Promise<string | undefined> {
  if (!options.isTrusted) return UNTRUSTED;
  const found = await addressOf(options);
  if (!found || 'problem' in found) return found?.problem;
  await options.open(found.path);
  await keepRecent(options.chosen.memory, found.path);
  return undefined;
}

type Connected = { readonly path: string } | { readonly problem: string };

/** Undefined where the user let it be. */
async function addressOf(options: ConnectOptions): Promise<Connected | undefined> {
  const { memory } = options.chosen;
  const asked = await options.ask({
    title: TITLE,
    prompt:
      'Address of a vLLM, SGLang, llama.cpp, llama-cpp-python or TGI server, or another one with OpenAI’s completions API.',
    placeHolder: 'http://127.0.0.1:8080',
    value: memory.get(LAST, ''),
    validateInput: problemOf,
    ignoreFocusOut: true,
  });
  const text = asked?.trim();
  if (!text) return undefined;
  const address = readAddress(text);
  if (!(await consent(options, address.base))) return undefined;
  await memory.update(LAST, address.base);
  const found = await findWithKey(options, text);
  if (!found) return undefined;
  if ('needsKey' in found) return { problem: found.needsKey };
  if (found.cannot !== undefined) return openLocally(options, found.cannot, found.local ?? []);
  const model = found.models.length > 1 ? await chooseModel(options, found) : found.model;
  if (model === undefined) return undefined;
  if (found.address !== undefined)
    return { path: addressText({ ...readAddress(found.address), model }) };
  const tokenizer = await chooseTokenizer(options, found);
  return tokenizer === undefined
    ? undefined
    : { path: addressText({ base: address.base, model, tokenizer }) };
}

function problemOf(text: string): string | undefined {
  try {
    if (text.trim() !== '') readAddress(text.trim());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Loopback needs none, and a host is asked about once. */
async function consent(
  { chosen: { memory }, confirm }: ConnectOptions,
  base: string,
): Promise<boolean> {
  const { origin, protocol } = new URL(base);
  if (isConfirmed(memory, origin)) return true;
  const isOpen = protocol === 'http:' && !isLoopback(base);
  const said = await confirm(
    `Send your text to ${hostOf(base)}?`,
    [
      `The text of every file that you view with a lens, and the text around the cursor for completions, is sent as tokens or plain text to ${origin} and to no other host.`,
      'The server returns scores. The host may keep what it receives.',
      ...(isOpen
        ? ['The connection is not encrypted: others on the network can read the text and the key.']
        : []),
      'The setting "tokenscope.servers.dailyTokens" limits how many tokens are sent per day.',
    ],
    'Send',
  );
  if (said) await keepConfirmed(memory, origin);
  return said;
}

/** The engine asks the server. Undefined where the user cancelled. */
function find({ engine, cancellable }: ConnectOptions, address: string) {
  return cancellable('Asking the server', signal =>
    engine.aside(remote => remote.findServer({ address }), signal),
  );
}

/** Asks for a key where the server needs one; the answer is `KeyNeeded` where it refuses that, too. */
async function findWithKey(
  options: ConnectOptions,
  text: string,
): Promise<ServerInfo | KeyNeeded | undefined> {
  const found = await find(options, text);
  if (!found || !('needsKey' in found)) return found;
  const { origin } = new URL(readAddress(text).base);
  const key = await options.ask({
    title: TITLE,
    prompt: `${origin} requires an API key. The key is stored in the secret storage of VS Code and sent only to this server.`,
    password: true,
    ignoreFocusOut: true,
    validateInput: value =>
      /^[\x21-\x7e]*$/.test(value.trim())
        ? undefined
        : 'An API key cannot contain these characters.',
  });
  if (!key?.trim()) return undefined;
  await options.secrets.store(keyName(origin), key.trim());
  return find(options, text);
}

/** Where its models are files of this machine, opens one of them. */
async function openLocally(
  { choose, showList }: ConnectOptions,
  cannot: string,
  local: readonly LocalModel[],
): Promise<Connected | undefined> {
  const [only] = local;
  if (!only) return { problem: cannot };
  const isOne = local.length === 1;
  const title = isOne ? `Open ${only.name} Here` : 'Open One of Its Models Here…';
  if ((await choose(cannot, title)) === undefined) return undefined;
  if (isOne) return only;
  const items = local.map(({ name, path }) => ({ label: name, detail: path, path }));
  return showList(items, { title: 'Tokenscope: open its GGUF file here' });
}

async function chooseModel(
  { showList }: ConnectOptions,
  { models, model }: ServerInfo,
): Promise<string | undefined> {
  const items = models.map(label => ({ label, ...(label === model && { description: 'first' }) }));
  return (await showList(items, { title: `${TITLE}: model` }))?.label;
}

type TokenizerItem = QuickPickItem & { readonly by: 'path' | 'name' | 'pieces' };

/** Undefined where the user let it be, or the text is shown without one. */
async function chooseTokenizer(
  { showList, pickPath, ask, showPieces }: ConnectOptions,
  { model, withoutTokenizer = '', piecesAt }: ServerInfo,
): Promise<string | undefined> {
  const items: TokenizerItem[] = [
    {
      label: 'Choose a folder or a file…',
      detail: 'From the same model: its folder, tokenizer.json or GGUF file.',
      by: 'path',
    },
    {
      label: 'Enter the name of a downloaded repository…',
      detail:
        'For example hf:Qwen/Qwen2.5-Coder-7B. "Get a Model from the Hugging Face Hub…" can download only the tokenizer.',
      by: 'name',
    },
  ];
  if (piecesAt !== undefined)
    items.push({
      label: 'Without a tokenizer: show the text in the server’s own tokens',
      detail:
        'The text is sent once and shown with saved log-probabilities. Ids, completions, bytes and rollouts need the tokenizer.',
      by: 'pieces',
    });
  const title = `${TITLE}: tokenizer of ${model}`;
  const chosen = await showList(items, { title, placeHolder: withoutTokenizer });
  if (!chosen) return undefined;
  if (chosen.by === 'path')
    return pickPath({ title, openLabel: 'Use This Tokenizer', folders: {}, files: {} });
  if (chosen.by === 'pieces') {
    await showPieces(piecesAt!);
    return undefined;
  }
  const name = await ask({ title, prompt: 'hf:org/name', value: 'hf:' });
  return name && !isServerAddress(name) ? name : undefined;
}
