// Puts the fake of VS Code back into its first state. Who listens to its events stays: modules do so once.
import { commands, extensions, fake, languages, window, workspace } from './vscode';

const holders: object[] = [
  fake,
  fake.providers,
  window,
  window.tabGroups,
  workspace,
  workspace.fs,
  commands,
  languages,
  extensions,
];
const firsts = holders.map(holder => [holder, { ...holder }] as const);

export function tidyFake(): void {
  for (const [holder, first] of firsts) {
    for (const name of Object.keys(holder)) Reflect.deleteProperty(holder, name);
    Object.assign(holder, first);
    for (const value of Object.values(first)) {
      if (Array.isArray(value)) value.length = 0;
      if (value instanceof Map || value instanceof Set) value.clear();
    }
  }
  fake.unsetAll();
}
