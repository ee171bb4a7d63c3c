// One setting of the manifest: its value, an event, and a way to change it.
import { workspace, type Disposable, type Event } from 'vscode';

const SECTION = 'tokenscope';

/** `value` is read from VS Code each time, not cached. */
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
    return workspace.getConfiguration(SECTION).get<T>(this.name, this.fallback);
  }

  readonly onDidChange: Event<void> = listener => onDidChangeAny([this], listener);

  /** Changes the user's own value; the default removes it. */
  update(value: T): Thenable<void> {
    const own = value === this.fallback ? undefined : value;
    return workspace.getConfiguration(SECTION).update(this.name, own, true);
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
