// Labels of features from elsewhere: a file that the user has, or Neuronpedia's export, which is asked for after consent.
// It is a bundle of its own, so what has state is handed over.
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { QuickPickItem } from 'vscode';
import { formatBytes, formatCount, formatNumberOf } from '../../core/format';
import { neuronpediaName } from '../../core/sae/neuronpedia';
import { findExplanations, type Explanations } from '../../hub/neuronpedia/explanations';
import { explanationFacts, getExplanations } from '../../hub/neuronpedia/getExplanations';
import { neuronpediaClient, neuronpediaEnvironment } from '../../hub/neuronpedia/origin';
import type { HubClient } from '../../hub/hubClient';
import type { SaeInfo } from '../../protocol/features';
import { answered, downloading, type DownloadUi } from '../models/downloading';
import type { ask, confirm, showList } from '../ui/messages';
import type { pickPath } from '../ui/pickPath';

export interface GetLabelsOptions extends DownloadUi {
  readonly sae: Pick<SaeInfo, 'name' | 'model' | 'keptLabels' | 'keptIn' | 'neuronpedia'>;
  readonly isTrusted: boolean;
  /** Answers how many there are, and what was left out. Throws where there are none. */
  readonly keep: (
    files: readonly string[],
    source: string | null,
  ) => Promise<{ info: Pick<SaeInfo, 'keptLabels'>; problems: readonly string[] }>;
  readonly ask: typeof ask;
  readonly confirm: typeof confirm;
  readonly showList: typeof showList;
  readonly pickPath: typeof pickPath;
}

/** What was done, or what is wrong; undefined where nothing was. */
export type GotLabels = { readonly done: string } | { readonly problem: string };

const UNTRUSTED =
  'Neuronpedia is not contacted from an untrusted workspace. Trust the workspace (Workspaces: Manage Workspace Trust), or choose a file of labels.';

type Way = 'neuronpedia' | 'file' | 'forget';

export async function getLabels(options: GetLabelsOptions): Promise<GotLabels | undefined> {
  const way = await chooseWay(options);
  if (way === 'file') return ofFile(options);
  if (way === 'forget') {
    await options.keep([], null);
    return { done: `Deleted the labels read for ${options.sae.name}.` };
  }
  if (way === undefined) return undefined;
  if (!options.isTrusted) return { problem: UNTRUSTED };
  return ofNeuronpedia(options);
}

async function chooseWay({ sae, showList }: GetLabelsOptions): Promise<Way | undefined> {
  type Item = QuickPickItem & { readonly way: Way };
  const items: Item[] = [
    {
      label: 'From Neuronpedia…',
      description: sae.neuronpedia ?? '',
      detail: 'From its public export. Asks before anything is downloaded.',
      way: 'neuronpedia',
    },
    {
      label: 'From a file…',
      detail:
        'JSON lines or JSON, as Neuronpedia exports explanations, optionally compressed (.gz).',
      way: 'file',
    },
  ];
  const forget: Item = {
    label: 'Delete the labels',
    description: formatNumberOf(sae.keptLabels, 'label'),
    detail: `They are in ${dirname(sae.keptIn)}.`,
    way: 'forget',
  };
  const title = titleOf(sae);
  return (await showList(sae.keptLabels > 0 ? [...items, forget] : items, { title }))?.way;
}

const titleOf = ({ name }: GetLabelsOptions['sae']) => `Tokenscope: labels of features of ${name}`;

async function ofFile({ sae, pickPath, keep }: GetLabelsOptions): Promise<GotLabels | undefined> {
  const filters = { Labels: ['jsonl', 'json', 'gz'] };
  const path = await pickPath({
    title: titleOf(sae),
    openLabel: 'Read Labels',
    files: {},
    filters,
  });
  return path === undefined ? undefined : said(await keep([path], sae.neuronpedia));
}

async function ofNeuronpedia(options: GetLabelsOptions): Promise<GotLabels | undefined> {
  const { keep } = options;
  let folder: string | undefined;
  try {
    const got = await answered(async () => {
      const client = neuronpediaClient(neuronpediaEnvironment());
      const name = await askName(client, options);
      const found = name && (await chooseExplanations(client, name, options));
      if (!found || !(await isAgreed(client, found, options))) return undefined;
      const own = await mkdtemp(join(client.environment.cacheFolder, 'tokenscope-labels-'));
      folder = own;
      const what = `explanations of ${found.name}`;
      const files = await downloading(options, what, shown =>
        getExplanations(client, found, own, shown),
      );
      return files && { files, source: found.name };
    });
    if (!got || 'problem' in got) return got;
    return said(await keep(got.files, got.source), got.source);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined where the user let it be. */
async function askName(
  { environment: { endpoint } }: HubClient,
  { sae, ask }: GetLabelsOptions,
): Promise<string | undefined> {
  const typed = await ask({
    title: titleOf(sae),
    prompt: `Its Neuronpedia name (model/source) or the URL of its page. Requested from ${new URL(endpoint).host}.`,
    placeHolder: 'gpt2-small/8-res-jb',
    value: sae.neuronpedia ?? '',
    validateInput: text =>
      neuronpediaName(text) ? undefined : 'Enter a name such as gpt2-small/8-res-jb.',
    ignoreFocusOut: true,
  });
  return typed === undefined ? undefined : neuronpediaName(typed);
}

/** One of several that other models have written. */
async function chooseExplanations(
  client: HubClient,
  name: string,
  { sae, cancellable, showList }: GetLabelsOptions,
): Promise<Explanations | undefined> {
  const all = await cancellable(`Asking Neuronpedia about ${name}`, signal =>
    findExplanations(client, name, signal),
  );
  if (!all || all.length === 1) return all?.[0];
  const items = all.map(found => {
    const files = formatNumberOf(found.files.length, 'file');
    return { label: found.folder, description: `${formatBytes(found.bytes)} in ${files}`, found };
  });
  const title = `${titleOf(sae)}: explanations of ${name}`;
  return (await showList<QuickPickItem & { found: Explanations }>(items, { title }))?.found;
}

function isAgreed(
  client: HubClient,
  found: Explanations,
  { sae, confirm }: GetLabelsOptions,
): Promise<boolean> {
  const question = `Download ${formatBytes(found.bytes)} of explanations of ${found.name}?`;
  const trained = sae.model === null ? '' : `, of ${sae.model}`;
  const facts: [string, string][] = [
    ['for', `${sae.name}${trained}`],
    ...explanationFacts(client, found, dirname(sae.keptIn)),
  ];
  return confirm(
    question,
    facts.map(([fact, value]) => `${fact}: ${value}`),
    'Download',
  );
}

function said(
  { info, problems }: Awaited<ReturnType<GetLabelsOptions['keep']>>,
  source?: string,
): GotLabels {
  const of = source ? ` of ${source}` : '';
  const labels = info.keptLabels === 1 ? '1 label' : `${formatCount(info.keptLabels)} labels`;
  return { done: [`Read ${labels}${of}.`, ...problems].join(' ') };
}
