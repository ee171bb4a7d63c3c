// Which model is chosen: each workspace keeps the one that was chosen in it. Where none was, the setting holds, which is
// the last that was chosen anywhere; a setting that was edited by hand holds everywhere.
import type { Memento } from 'vscode';
import type { ModelChoice } from '../engine/engineClient';
import type { Setting } from '../setting';

/** In a workspace. */
const KEPT = 'tokenscope.model';
/** On this machine: what the setting is unless it was edited by hand. */
const LAST = 'tokenscope.lastModel';

/** On this machine: the dtype that was chosen for a model, by its path. */
const DTYPES = 'tokenscope.dtypes';
type Dtypes = Readonly<Record<string, string>>;

interface Kept {
  readonly path: string;
  /** What the setting was made by the choice. */
  readonly setting: string;
}

export class ChosenModel {
  /** `builtIn`: the folder of the built-in model. */
  constructor(
    readonly builtIn: string,
    readonly memory: Memento,
    private readonly workspace: Memento,
    private readonly settings: {
      folder: Setting<string>;
      contextLimit: Setting<number>;
      dtype: Setting<string>;
    },
  ) {}

  /** Empty for the built-in model. */
  get path(): string {
    const setting = this.settings.folder.value;
    const kept = this.workspace.get<Kept>(KEPT);
    if (!kept) return setting;
    const isByHand = setting !== kept.setting && setting !== this.memory.get(LAST);
    return isByHand ? setting : kept.path;
  }

  get choice(): ModelChoice {
    return this.choiceOf(this.path);
  }

  choiceOf(path: string): ModelChoice {
    return {
      folder: path || this.builtIn,
      contextLimit: this.settings.contextLimit.value,
      dtype: this.dtypeOf(path),
    };
  }

  /** That which was chosen for a model, else that of the setting. */
  dtypeOf(path: string): string {
    return this.memory.get<Dtypes>(DTYPES, {})[path] ?? this.settings.dtype.value;
  }

  async keepDtype(path: string, dtype: string): Promise<void> {
    await this.memory.update(DTYPES, { ...this.memory.get<Dtypes>(DTYPES, {}), [path]: dtype });
  }

  /** It is kept before the setting changes, whose listeners ask for it. */
  async keep(path: string): Promise<void> {
    await this.workspace.update(KEPT, { path, setting: path } satisfies Kept);
    await this.memory.update(LAST, path);
    if (path !== this.settings.folder.value) await this.settings.folder.update(path);
  }
}
