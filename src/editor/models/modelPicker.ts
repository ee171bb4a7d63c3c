// The list of models: rows come as the engine finds models, and the row that the user has come to stays active. It is a
// bundle of its own, so what has state is handed over.
import type { Memento } from 'vscode';
import type { MachineModel } from '../../core/models/machineModel';
import type { Engine } from '../engine/engineClient';
import type { createList } from '../ui/messages';
import type { pickPath } from '../ui/pickPath';
import { isServerAddress } from '../../servers/address';
import { findModels } from './findModels';
import { modelRows, placeOf, type ListedModels, type ModelAction, type ModelRow } from './modelRows';
import { recentModels } from './recentModels';

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
  /** Downloads one, if the user says yes, and offers to open it. */
  readonly getModel: () => PromiseLike<unknown>;
  /** Asks for the address of a server, and opens what it has. */
  readonly connectServer: () => PromiseLike<unknown>;
}

export { keepRecent } from './recentModels';

/** A path as the setting takes it, which is empty for the built-in code model; undefined where none was chosen. */
export async function pickModel(options: ModelPickerOptions): Promise<string | undefined> {
  const choice = await chooseRow(options);
  if (!choice || 'path' in choice) return choice?.path;
  return actions[choice.action](options);
}

/** Each answers what is to be opened, undefined where that is nothing. */
const actions: Readonly<
  Record<ModelAction, (options: ModelPickerOptions) => Promise<string | undefined>>
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

/** Undefined where none was chosen. */
function chooseRow(options: ModelPickerOptions): Promise<ModelRow['choice']> {
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
    setItems(modelRows({ reasoner, found, recent, now, problems }));
    const again = isMoved && list.items.filter(({ choice }) => isSame(choice, active.choice));
    if (again && again.length > 0) list.activeItems = again;
  };
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
  findModels(options.engine, described, ended.signal, onFound)
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
    list.onDidAccept(() => {
      const [chosen] = list.selectedItems;
      // A note is no choice.
      if (!chosen?.choice) return;
      resolve(chosen.choice);
      list.hide();
    });
    list.onDidHide(() => {
      ended.abort();
      clearTimeout(timer);
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

function isSame(a: ModelRow['choice'], b: ModelRow['choice']): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
