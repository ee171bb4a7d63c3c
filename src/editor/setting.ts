// One setting of the manifest: its value, an event, and a way to change it.
import { extensions, workspace, type Disposable, type Event } from 'vscode';
import { settingValue, type SettingSchema } from '../core/settingValue';

const SECTION = 'tokenscope';
const EXTENSION = 'tokenscope.tokenscope';

interface Manifest {
  contributes: { configuration: { properties: Record<string, SettingSchema> }[] };
}

let known: ReadonlyMap<string, SettingSchema> | undefined;

/** By id, of the manifest, which does not change. */
function schemas(): ReadonlyMap<string, SettingSchema> {
  return (known ??= new Map(groups().flatMap(({ properties }) => Object.entries(properties))));
}

function groups(): Manifest['contributes']['configuration'] {
  const manifest = extensions.getExtension(EXTENSION)?.packageJSON as Manifest | undefined;
  return manifest?.contributes.configuration ?? [];
}

/** `value` is read from VS Code each time, not cached, and is one that the manifest allows. */
export class Setting<T> {
  /**
   * @param name the id without `tokenscope.`
   * @param fallback the default of the manifest
   */
  constructor(
    private readonly name: string,
    private readonly fallback: T,
  ) {}

  get value(): T {
    const given = workspace.getConfiguration(SECTION).get<unknown>(this.name, this.fallback);
    const { schema } = this;
    return schema ? settingValue(given, schema, this.fallback) : (given as T);
  }

  private get schema(): SettingSchema | undefined {
    return schemas().get(`${SECTION}.${this.name}`);
  }

  readonly onDidChange: Event<void> = listener => onDidChangeAny([this], listener);

  /** Changes the workspace's value where it has one, else the user's own; the default removes that. */
  update(value: T): Thenable<void> {
    const configuration = workspace.getConfiguration(SECTION);
    const isOfWorkspace =
      this.schema?.scope !== 'machine' &&
      configuration.inspect(this.name)?.workspaceValue !== undefined;
    if (isOfWorkspace) return configuration.update(this.name, value, false);
    const own = value === this.fallback ? undefined : value;
    return configuration.update(this.name, own, true);
  }

  isChangedBy(event: { affectsConfiguration(section: string): boolean }): boolean {
    return event.affectsConfiguration(`${SECTION}.${this.name}`);
  }
}

/** Calls the listener once for each change of the configuration that concerns one of the settings. */
export function onDidChangeAny(
  settings: readonly Pick<Setting<unknown>, 'isChangedBy'>[],
  listener: () => void,
): Disposable {
  return workspace.onDidChangeConfiguration(event => {
    if (settings.some(setting => setting.isChangedBy(event))) listener();
  });
}
