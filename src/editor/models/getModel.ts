// A model from the Hugging Face hub: searched for by name, shown with what it takes, and downloaded after consent. It is a
// bundle of its own, so what has state is handed over. VS Code's proxy settings hold in the `fetch` of this process.
import type { QuickPickItem } from 'vscode';
import { UserError } from '../../core/errors';
import { formatBytes, formatCount } from '../../core/format';
import { publishedSaes } from '../../core/sae/publishedSaes';
import { autoencodersOf, planAutoencoder } from '../../hub/autoencoders';
import { consentFacts } from '../../hub/consent';
import { checkBefore, download } from '../../hub/download';
import { readEnvironment } from '../../hub/environment';
import { HubClient } from '../../hub/hubClient';
import { repositoryNameOf } from '../../hub/names';
import { planDownload, type Plan } from '../../hub/plan';
import { readRepository, type Repository } from '../../hub/repository';
import { searchModels, type FoundRepository } from '../../hub/search';
import { suggestions } from '../../hub/suggestions';
import { NO_WEIGHTS, weightsOf, type Weights } from '../../hub/weights';
import type { ask, choose, confirm, showList } from '../ui/messages';
import type { PickOptions } from '../ui/pickPath';
import { answered, downloading, type DownloadUi } from './downloading';

export interface GetModelUi extends DownloadUi {
  readonly ask: typeof ask;
  readonly choose: typeof choose;
  readonly confirm: typeof confirm;
  readonly showList: typeof showList;
}

/** The path of a model to open, or what is wrong: an error of this bundle is of another class than the window's. */
export type GotModel = { readonly path: string } | { readonly problem: string };

const TITLE = 'Tokenscope: model from the Hugging Face hub';

/** Undefined where nothing is to be opened. */
export async function getModel(ui: GetModelUi): Promise<GotModel | undefined> {
  return answered(async () => {
    const client = new HubClient(readEnvironment());
    const name = await chooseName(client, ui);
    const plan = name === undefined ? undefined : await choosePlan(client, name, ui);
    if (!plan || !(await getPlanned(client, plan, ui))) return undefined;
    const answer = await ui.choose(`${plan.repository.name} is in ${plan.path}.`, 'Open It');
    return answer === undefined ? undefined : { path: plan.path };
  });
}

type NameItem = QuickPickItem & { readonly name: string | null };

/** The folder of an autoencoder to open; undefined where nothing is. `published`: the repository of one for the open model. */
export async function getAutoencoder(
  ui: GetModelUi,
  published: string | undefined,
): Promise<GotModel | undefined> {
  return answered(async () => {
    const client = new HubClient(readEnvironment());
    const name = await chooseSource(client, published, ui);
    const repository = name === undefined ? undefined : await asked(client, name, ui);
    if (!repository) return undefined;
    const all = autoencodersOf(repository.files);
    const wanted = all.length < 2 ? '' : await chooseAutoencoder(repository, all, ui);
    if (wanted === undefined) return undefined;
    const plan = planAutoencoder(repository, client.environment.cacheFolder, wanted);
    return (await getPlanned(client, plan, ui)) ? { path: plan.path } : undefined;
  });
}

/** The list of autoencoders to open. `now`: the path that is chosen; empty: the model's own. */
export function autoencoderChoices(now: string): PickOptions<string> {
  return {
    title: 'Tokenscope: autoencoder',
    placeHolder: now ? `now: ${now}` : 'now: the autoencoder that comes with the model',
    openLabel: 'Use',
    known: [{ label: 'The autoencoder that comes with the model', value: '' }],
    folders: {},
    files: { detail: 'One of several in a folder: a .safetensors or .npz file.' },
  };
}

const SAE_TITLE = 'Tokenscope: autoencoder from the Hugging Face hub';

/** A repository that is known, or one by its name; that for the open model first. */
async function chooseSource(
  client: HubClient,
  published: string | undefined,
  ui: GetModelUi,
): Promise<string | undefined> {
  const known = [...publishedSaes]
    .sort((a, b) => Number(b.repository === published) - Number(a.repository === published))
    .map(({ models, repository, licence }) => ({
      label: repository,
      description: `for ${models[0]}; licence ${licence}`,
      ...(repository === published && { detail: 'for the model that is open' }),
      name: repository,
    }));
  const other: NameItem = {
    label: 'Another repository by name…',
    detail: `Requested from ${client.environment.endpoint}.`,
    name: null,
  };
  const chosen = await ui.showList<NameItem>([...known, other], { title: SAE_TITLE });
  if (chosen?.name !== null) return chosen?.name;
  const words = await ui.ask({
    title: SAE_TITLE,
    prompt: 'Full name of a repository on the hub, such as google/gemma-scope-2-270m-pt',
  });
  return repositoryNameOf(words ?? '', client.environment.endpoint) || undefined;
}

async function chooseAutoencoder(
  { name }: Repository,
  all: readonly Weights[],
  ui: GetModelUi,
): Promise<string | undefined> {
  const suggested = publishedSaes.find(({ repository }) => repository === name)?.folder;
  const items = [...all]
    .sort((a, b) => Number(b.name === suggested) - Number(a.name === suggested))
    .map(({ name, bytes }) => ({
      label: name || 'the only choice',
      description: sizeWords(bytes),
      ...(name === suggested && { detail: 'good start: from the middle of the model' }),
      name,
    }));
  const title = `${SAE_TITLE}: one of ${name}`;
  return (await ui.showList<QuickPickItem & { name: string }>(items, { title }))?.name;
}

const sizeWords = (bytes: number) =>
  Number.isFinite(bytes) ? formatBytes(bytes) : 'size not known';

/** A suggestion, or a repository that was searched for; nothing is asked of the hub before there are words. */
async function chooseName(client: HubClient, ui: GetModelUi): Promise<string | undefined> {
  const search: NameItem = {
    label: 'Search by name…',
    detail: `Your search is sent to ${client.environment.endpoint}.`,
    name: null,
  };
  const known = suggestions.map(({ name, purpose, about, licence }) => ({
    label: name,
    description: `${about}, ${licence}`,
    detail: purpose,
    name,
  }));
  const chosen = await ui.showList<NameItem>([search, ...known], { title: TITLE });
  if (chosen?.name !== null) return chosen?.name;
  const asked = await ui.ask({
    title: TITLE,
    prompt: 'Part of a name on the hub, or a full name such as HuggingFaceTB/SmolLM2-135M',
  });
  const words = repositoryNameOf(asked ?? '', client.environment.endpoint);
  if (words === '' || words.includes('/')) return words || undefined;
  const found = await ui.cancellable('Searching the hub', signal =>
    searchModels(client, words, signal),
  );
  if (!found) return undefined;
  if (found.length === 0) throw new UserError(`The hub has no model with "${words}" in its name.`);
  return (await ui.showList(found.map(foundItem), { title: TITLE, matchOnDescription: true }))
    ?.name;
}

function foundItem({ name, formats, licence, downloads, isGated }: FoundRepository) {
  const facts = [formats.join(', ') || 'no supported format', licence ?? 'no licence given'];
  return {
    label: name,
    description: [...facts, ...(isGated ? ['gated'] : [])].join('; '),
    detail: `${formatCount(downloads)} downloads in a month`,
    name,
  };
}

/** Undefined where the user did not wait for the answer. */
function asked(client: HubClient, name: string, ui: GetModelUi): Promise<Repository | undefined> {
  return ui.cancellable(`Asking the hub about ${name}`, signal =>
    readRepository(client, name, 'main', signal),
  );
}

async function choosePlan(
  client: HubClient,
  name: string,
  ui: GetModelUi,
): Promise<Plan | undefined> {
  const repository = await asked(client, name, ui);
  if (!repository) return undefined;
  const { cacheFolder } = client.environment;
  const all = weightsOf(repository.files);
  // Of none the plan says why.
  if (all.length < 2) return planDownload(repository, cacheFolder);
  const wanted = await chooseWeights(name, all, ui);
  return wanted === undefined ? undefined : planDownload(repository, cacheFolder, wanted);
}

async function chooseWeights(
  repository: string,
  all: readonly Weights[],
  ui: GetModelUi,
): Promise<string | undefined> {
  const items = all.map(({ name, bytes }, i) => ({
    label: name,
    description: sizeWords(bytes),
    ...(i === 0 && { detail: 'the default' }),
    name,
  }));
  const none = {
    label: 'No weights',
    detail: 'The tokenizer alone is enough for the tokens lens.',
    name: NO_WEIGHTS.name,
  };
  const title = `${TITLE}: weights of ${repository}`;
  return (await ui.showList<QuickPickItem & { name: string }>([...items, none], { title }))?.name;
}

/** Whether it is there. */
async function getPlanned(client: HubClient, plan: Plan, ui: GetModelUi): Promise<boolean> {
  checkBefore(client, plan);
  const { name } = plan.repository;
  const question = `Download ${formatBytes(plan.missing)} of ${name}?`;
  const facts = consentFacts(plan).map(([fact, value]) => `${fact}: ${value}`);
  if (plan.missing > 0 && !(await ui.confirm(question, facts, 'Download'))) return false;
  const done = await downloading(ui, name, async options => {
    await download(client, plan, options);
    return true;
  });
  return done ?? false;
}
