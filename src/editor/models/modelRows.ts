// The rows of the list of models: built in, on this machine, recent, and ways to open others.
import { QuickPickItemKind, type QuickPickItem } from 'vscode';
import { basename } from 'node:path';
import type { MachineModel, PlaceProblem } from '../../core/models/machineModel';
import { hostOf, isServerAddress, readAddress } from '../../servers/address';
import { PLACES } from '../../core/models/machineModel';
import {
  abilities,
  dtypeFactsOf,
  dtypeWords,
  modelFacts,
  PLACE_TITLES,
} from '../../core/models/modelWords';

/** What is done in place of choosing a model of the list. */
export type ModelAction = 'dtype' | 'folder' | 'file' | 'hub' | 'server';

/** A line for each action; what it does is in modelPicker.ts. */
const ACTIONS: Readonly<Record<ModelAction, { label: string; detail: string }>> = {
  dtype: {
    label: 'Change the weight format…',
    detail: 'Open one of these models as 32-bit floats, half precision or 4 bits, where available.',
  },
  folder: {
    label: 'Open a folder…',
    detail:
      'A model in the layout of the Hugging Face hub, a folder with a GGUF file, or only tokenizer files.',
  },
  file: {
    label: 'Open a file…',
    detail:
      'A GGUF file, or a tokenizer: tokenizer.json, SentencePiece .model, .tiktoken, or tokenizer.bin of llama2.c.',
  },
  hub: {
    label: 'Get a model from the Hugging Face hub…',
    detail: 'Search by name. Asks before anything is downloaded.',
  },
  server: {
    label: 'Connect to a server…',
    detail:
      'vLLM, SGLang, llama.cpp server and others, local or remote. Text is sent only to a host that you confirm.',
  },
};

export type ModelRow = QuickPickItem & {
  /** Of a separator, or a note, none. */
  readonly choice?: { readonly path: string } | { readonly action: ModelAction };
  /** Where its weights can be kept in several ways. */
  readonly dtypesOf?: MachineModel;
};

export interface ListedModels {
  /** The folder of the built-in model of word problems. */
  readonly reasoner: string;
  /** As they were found. */
  readonly found: readonly MachineModel[];
  readonly recent: readonly string[];
  /** What the setting names. */
  readonly now: string;
  readonly problems: readonly Pick<PlaceProblem, 'path' | 'problem'>[];
}

const NOW = 'current choice';
const ORDER: readonly MachineModel['opens'][] = ['model', 'tokenizer', 'no'];

export function modelRows({ reasoner, found, recent, now, problems }: ListedModels): ModelRow[] {
  const builtIn = [
    { label: 'coder', description: 'built-in code model', path: '' },
    {
      label: 'reasoner',
      description: 'built-in model for word problems, with a positive and a negative model',
      path: reasoner,
    },
  ];
  const machine = found.filter(({ place }) => place !== 'recent').sort(inOrder);
  const listed = new Set([...builtIn, ...machine].map(({ path }) => path));
  const others = [...new Set([now, ...recent])].filter(path => path && !listed.has(path));
  const described = new Map(found.map(model => [model.path, model]));
  const isNow = (path: string) => (path === now ? NOW : '');
  const actions = (Object.keys(ACTIONS) as ModelAction[]).filter(
    action => action !== 'dtype' || found.some(hasWays),
  );
  return [
    ...group(
      'built in',
      builtIn.map(({ label, description, path }) => ({
        label,
        description: joined(description, isNow(path)),
        choice: { path },
      })),
    ),
    ...group('on this machine', [
      ...machine.map(model => ({ ...rowOf(model), description: words(model, isNow(model.path)) })),
      ...problems.map(({ path, problem }) => ({
        label: 'The list is incomplete',
        detail: `${path}: ${problem}.`,
      })),
    ]),
    ...group(
      'recent',
      others.map(path => {
        const model = described.get(path);
        const row = model ? rowOf(model) : { label: labelOf(path), choice: { path } };
        return { ...row, description: joined(placeOf(path), isNow(path)) };
      }),
    ),
    ...group(
      'other models',
      actions.map(action => ({
        ...ACTIONS[action],
        choice: { action },
        // What is typed to find a model need not be in these words.
        alwaysShow: true,
      })),
    ),
  ];
}

/** A path, or the address of a server without what is not sent to it. */
export function placeOf(path: string): string {
  return isServerAddress(path) ? readAddress(path).base : path;
}

function labelOf(path: string): string {
  if (!isServerAddress(path)) return basename(path);
  const { base, model } = readAddress(path);
  return model ? basename(model) : hostOf(base);
}

function group(label: string, rows: readonly ModelRow[]): ModelRow[] {
  return rows.length > 0 ? [{ label, kind: QuickPickItemKind.Separator }, ...rows] : [];
}

function rowOf(model: MachineModel): ModelRow {
  const detail = abilities(model);
  return {
    label: model.name,
    choice: { path: model.path },
    ...(detail && { detail }),
    ...(hasWays(model) && { dtypesOf: model }),
  };
}

const hasWays = ({ dtypes }: MachineModel) => dtypes.length > 1;

export type WaysRow = QuickPickItem & { readonly model: MachineModel };

/** The models whose weights can be kept in several ways, each once, that which is chosen now first. */
export function waysRows(found: readonly MachineModel[], now: string): WaysRow[] {
  const models = new Map(found.filter(hasWays).map(model => [model.path, model]));
  const isNow = ({ path }: MachineModel) => path === now;
  return [...models.values()]
    .sort((a, b) => Number(isNow(b)) - Number(isNow(a)) || inOrder(a, b))
    .map(model => ({
      label: model.name,
      description: words(model, isNow(model) ? NOW : ''),
      model,
    }));
}

const words = (model: MachineModel, now: string) =>
  joined(PLACE_TITLES[model.place], ...modelFacts(model), now);

const joined = (...parts: readonly string[]) => parts.filter(Boolean).join(' · ');

/** Models that open first, those of one program together. */
function inOrder(a: MachineModel, b: MachineModel): number {
  return (
    ORDER.indexOf(a.opens) - ORDER.indexOf(b.opens) ||
    PLACES.indexOf(a.place) - PLACES.indexOf(b.place) ||
    (a.name < b.name ? -1 : 1)
  );
}

export type DtypeRow = QuickPickItem & { readonly dtype: string };

/** `now`: what is chosen for the model; undefined where it is not the model that is chosen. */
export function dtypeRows({ dtypes }: MachineModel, now: string | undefined): DtypeRow[] {
  const isKnown = dtypes.some(({ dtype }) => dtype === now);
  return dtypes.map(choice => {
    const { dtype, isDefault } = choice;
    const isInUse = isKnown ? dtype === now : now !== undefined && isDefault !== null;
    const [memory, ...rest] = dtypeFactsOf(choice);
    return {
      label: dtypeWords(dtype),
      description: joined(dtype, memory!, isInUse ? 'in use' : ''),
      ...(rest.length > 0 && { detail: rest.join('; ') }),
      dtype,
    };
  });
}
