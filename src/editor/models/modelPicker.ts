// The list of models: rows come as the engine finds models, and the row that the user has come to stays active. It is a
// bundle of its own, so what has state is handed over.
import type { Memento, ThemeIcon } from 'vscode';
import type { MachineModel } from '../../core/models/machineModel';
import type { Engine } from '../engine/engineClient';
import type { createList, showList } from '../ui/messages';
import type { pickPath } from '../ui/pickPath';
import { isServerAddress } from '../../servers/address';
import { findModels } from './findModels';
import {
  dtypeRows,
  modelRows,
  placeOf,
  waysRows,
  type DtypeRow,
  type ListedModels,
  type ModelAction,
  type ModelRow,
  type WaysRow,
} from './modelRows';
import { keepChosen, recentModels } from './recentModels';

/** Rows that are found meanwhile are shown together. */
const REFRESH_MS = 100;
const TITLE = 'Tokenscope: model or tokenizer';
const DIALOG = { title: TITLE, openLabel: 'Use This Model' };

export interface ModelPickerOptions {
  readonly engine: Pick<Engine, 'aside' | 'onEvent'>;
  /** Where recent ones are kept. */
  readonly memory: Memento;
  /** The folder of the built-in model of word problems. */
  readonly reasoner: string;
  /** What the setting names. */
  readonly now: string;
  /** The name of the model that is open; empty where none is. */
  readonly open: string;
  readonly createList: typeof createList;
  readonly pickPath: typeof pickPath;
  /** What is chosen for a model. */
  readonly dtypeOf: (path: string) => string;
  /** Of the button of a model whose weights can be kept in several ways. */
  readonly dtypeIcon: ThemeIcon;
  readonly showList: typeof showList;
  /** Downloads one, if the user says yes, and offers to open it. */
  readonly getModel: () => PromiseLike<unknown>;
  /** Asks for the address of a server, and opens what it has. */
  readonly connectServer: () => PromiseLike<unknown>;
}

export { keepRecent } from './recentModels';

export interface PickedModel {
  /** As the setting takes it, which is empty for the built-in code model. */
  readonly path: string;
  /** Where it was chosen. */
  readonly dtype?: string;
}

/** Undefined where none was chosen. */
export async function pickModel(options: ModelPickerOptions): Promise<PickedModel | undefined> {
  const choice = await chooseRow(options);
  if (!choice) return undefined;
  // Before it is open, when somebody who never chose one would be offered another.
  await keepChosen(options.memory);
  if ('ofOne' in choice) {
    const model = await chooseOne(choice.ofOne, options);
    return model && chooseDtype(model, options);
  }
  if ('path' in choice) return { path: choice.path };
  const path = await actions[choice.action](options);
  return path === undefined ? undefined : { path };
}

/** One of several models whose weights can be kept in several ways. */
async function chooseOne(
  found: readonly MachineModel[],
  { now, showList }: ModelPickerOptions,
): Promise<MachineModel | undefined> {
  const rows = waysRows(found, now);
  if (rows.length < 2) return rows[0]?.model;
  const title = `${TITLE}: change the weight format of which model`;
  return (await showList<WaysRow>(rows, { title, matchOnDescription: true }))?.model;
}

async function chooseDtype(
  model: MachineModel,
  { now, dtypeOf, showList }: ModelPickerOptions,
): Promise<PickedModel | undefined> {
  const { path, name } = model;
  const rows = dtypeRows(model, path === now ? dtypeOf(path) : undefined);
  const title = `${TITLE}: weight format of ${name}`;
  const chosen = await showList<DtypeRow>(rows, { title });
  return chosen && { path, dtype: chosen.dtype };
}

/** Each answers what is to be opened, undefined where that is nothing. */
const actions: Readonly<
  Record<
    Exclude<ModelAction, 'dtype'>,
    (options: ModelPickerOptions) => Promise<string | undefined>
  >
> = {
  folder: ({ pickPath }) => pickPath({ ...DIALOG, folders: {} }),
  file: ({ pickPath }) => pickPath({ ...DIALOG, files: {} }),
  async hub({ getModel }) {
    await getModel();
    return undefined;
  },
  async server({ connectServer }) {
    await connectServer();
    return undefined;
  },
};

type Chosen =
  | { readonly path: string }
  | { readonly action: Exclude<ModelAction, 'dtype'> }
  /** The weights of one of them are to be kept in another way. */
  | { readonly ofOne: readonly MachineModel[] };

/** Undefined where none was chosen. */
function chooseRow(options: ModelPickerOptions): Promise<Chosen | undefined> {
  const { now, reasoner, memory } = options;
  const open = options.open && `${options.open}, `;
  const placeholder = `now: ${open}${placeOf(now) || 'the built-in code model'}`;
  const { list, setItems } = options.createList<ModelRow>(TITLE, placeholder);
  const recent = recentModels(memory);
  const found: MachineModel[] = [];
  let problems: ListedModels['problems'] = [];
  let timer: NodeJS.Timeout | undefined;
  const ended = new AbortController();
  const show = () => {
    timer = undefined;
    const [active] = list.activeItems;
    const isMoved = active !== undefined && active !== list.items.find(({ choice }) => choice);
    setItems(modelRows({ reasoner, found, recent, now, problems }).map(withButton));
    const again = isMoved && list.items.filter(({ choice }) => isSame(choice, active.choice));
    if (again && again.length > 0) list.activeItems = again;
  };
  const tooltip = 'Choose Weight Format…';
  const withButton = (row: ModelRow): ModelRow =>
    row.dtypesOf && row.choice && 'path' in row.choice
      ? { ...row, buttons: [{ iconPath: options.dtypeIcon, tooltip }] }
      : row;
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.keepScrollPosition = true;
  list.busy = true;
  show();
  const onFound = (model: MachineModel) => {
    found.push(model);
    if (!ended.signal.aborted) timer ??= setTimeout(show, REFRESH_MS);
  };
  const described = [now, ...recent].filter(path => path && !isServerAddress(path));
  void findModels(options.engine, described, ended.signal, onFound)
    .then(
      said => (problems = said),
      (error: Error) => (problems = [{ path: 'This machine', problem: error.message }]),
    )
    .then(() => {
      if (ended.signal.aborted) return;
      clearTimeout(timer);
      list.busy = false;
      show();
    });
  return new Promise(resolve => {
    const end = (chosen: Chosen | undefined) => {
      // A note is no choice.
      if (!chosen) return;
      resolve(chosen);
      list.hide();
    };
    list.onDidAccept(() => end(list.selectedItems[0] && chosenIn(list.selectedItems[0], found)));
    list.onDidTriggerItemButton(({ item }) => end(item.dtypesOf && { ofOne: [item.dtypesOf] }));
    list.onDidHide(() => {
      ended.abort();
      clearTimeout(timer);
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

function chosenIn({ choice }: ModelRow, found: readonly MachineModel[]): Chosen | undefined {
  if (!choice || 'path' in choice) return choice;
  const { action } = choice;
  return action === 'dtype' ? { ofOne: found } : { action };
}

function isSame(a: ModelRow['choice'], b: ModelRow['choice']): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
