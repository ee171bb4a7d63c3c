// `tokenscope get`: a model from the Hugging Face hub. Nothing is downloaded before the user has said yes to it.
import { createInterface } from 'node:readline/promises';
import { Cancelled, UserError } from '../../core/errors';
import { formatBytes, formatCount } from '../../core/format';
import { showHidden } from '../../core/showHidden';
import { isOfAutoencoders, planAutoencoder } from '../../hub/autoencoders';
import { consentFacts } from '../../hub/consent';
import { checkBefore, download } from '../../hub/download';
import { readEnvironment } from '../../hub/environment';
import { HubClient } from '../../hub/hubClient';
import { repositoryNameOf } from '../../hub/names';
import { planDownload, type Plan } from '../../hub/plan';
import { readRepository } from '../../hub/repository';
import { searchModels, type FoundRepository } from '../../hub/search';
import { defineCommand } from '../command';
import { interruptible } from '../interrupt';
import { flag, text } from '../options';
import { withProgress } from '../progressLine';
import * as shared from '../sharedOptions';
import { tableLines } from '../tableLines';

export const get = defineCommand({
  name: 'get',
  summary: 'download a model or an autoencoder from the Hugging Face hub; asks first',
  usage: 'NAME',
  options: {
    weights: text({
      valueName: 'NAME',
      description:
        'which weights to download: a file, a kind, or part of a name such as q4 or Q4_K_M; none: only the tokenizer',
    }),
    autoencoder: text({
      valueName: 'FOLDER',
      description:
        'download an autoencoder instead of a model: its folder in the repository, or an unambiguous part of its name',
    }),
    revision: text({
      valueName: 'REVISION',
      description: 'branch, tag or commit (default: main)',
    }),
    search: flag('list repositories by name instead'),
    yes: flag('download without asking'),
    json: shared.json,
  },
  async run({ operands: [name = ''], values, print }) {
    const client = new HubClient(readEnvironment());
    if (values.search) {
      const found = await asking(signal => searchModels(client, name, signal));
      return print(values.json ? found.map(foundJson) : foundTable(found));
    }
    const { endpoint, cacheFolder } = client.environment;
    const repository = await asking(signal =>
      readRepository(client, repositoryNameOf(name, endpoint), values.revision, signal),
    );
    if (values.autoencoder !== undefined && values.weights !== undefined)
      throw new UserError(
        '--weights cannot be used with --autoencoder, which has weights of its own.',
      );
    const isSae =
      values.autoencoder !== undefined || (!values.weights && isOfAutoencoders(repository));
    const plan = isSae
      ? planAutoencoder(repository, cacheFolder, values.autoencoder)
      : planDownload(repository, cacheFolder, values.weights);
    await print(values.json ? [jsonLine(planJson(plan))] : planText(plan));
    checkBefore(client, plan);
    if (plan.missing > 0 && !values.yes) await askForConsent(plan);
    await withProgress(
      {
        doing: 'downloading',
        of: (done, all) => `${formatBytes(done)} of ${formatBytes(all)}`,
      },
      report => interruptible(signal => download(client, plan, { signal, onProgress: report })),
    );
    await print([
      values.json
        ? jsonLine({ path: plan.path })
        : `\n${isSae ? '--sae' : '--model'} ${plan.path}\n`,
    ]);
  },
});

/** Work that waits for the hub. */
const asking = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  withProgress({ doing: 'asking the hub', of: () => '' }, () => interruptible(work));

const jsonLine = (value: object) => `${JSON.stringify(value)}\n`;

/** Throws `UserError` where the answer is no, or nobody can be asked, and `Cancelled` where it is none. */
async function askForConsent({ missing }: Plan): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UserError('Nothing was downloaded. Add --yes to agree to the above.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const unanswered = new AbortController();
  // Ctrl+C and Ctrl+D.
  lines.once('close', () => unanswered.abort());
  const question = `Download ${formatBytes(missing)}? [y/N] `;
  const answer = await lines.question(question, { signal: unanswered.signal }).catch(() => {
    throw new Cancelled();
  });
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('Nothing was downloaded.');
}

/** Of other weights that are listed. */
const MOST_LISTED = 20;

function* planText(plan: Plan): Generator<string> {
  for (const [name, value] of consentFacts(plan)) yield `${name.padEnd(12)}${showHidden(value)}\n`;
  const others = plan.choices.filter(({ name }) => name !== plan.weights.name);
  const option =
    plan.weights.kind === 'autoencoder'
      ? 'autoencoders, with --autoencoder FOLDER'
      : 'weights, with --weights NAME';
  if (others.length > 0) yield `\nOther ${option}:\n`;
  for (const { name, bytes } of others.slice(0, MOST_LISTED))
    yield `  ${showHidden(name)}  ${formatBytes(bytes)}\n`;
  if (others.length > MOST_LISTED) yield `  and ${others.length - MOST_LISTED} more\n`;
}

function planJson({ repository, weights, files, ...plan }: Plan) {
  const { name, revision, commit, licence, isGated } = repository;
  return {
    repository: name,
    revision,
    commit,
    licence,
    gated: isGated,
    weights: weights.name,
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    bytes: plan.bytes,
    missing: plan.missing,
    folder: plan.folder,
    free: plan.free,
    choices: plan.choices.map(({ name, bytes }) => ({
      name,
      bytes: Number.isFinite(bytes) ? bytes : null,
    })),
  };
}

function foundJson({ isGated, licence, ...found }: FoundRepository): string {
  return jsonLine({ ...found, licence: licence ?? null, gated: isGated });
}

function foundTable(found: readonly FoundRepository[]): Iterable<string> {
  if (found.length === 0) return ['No repository with that name was found.\n'];
  const rows = found.map(({ name, formats, licence, downloads, isGated }) => [
    name,
    formats.join(', ') || '–',
    `${licence ?? '–'}${isGated ? ', gated' : ''}`,
    formatCount(downloads),
  ]);
  const head = ['repository', 'formats', 'licence', 'downloads'];
  return tableLines([head, ...rows], ['left', 'left', 'left', 'right']);
}
