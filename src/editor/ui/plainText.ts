// Text from files, names and models in a form that VS Code shows as it is. Its messages, progress titles, lists and status
// items render `[words](command:…)` as links and `$(name)` as icons. Knows no vscode, so that tests can run it.
import { showHidden } from '../../core/showHidden';

/** One line, without links and icons, and with control and format characters made visible. */
export function plainText(text: string): string {
  return showHidden(text.replace(/\s+/g, ' ')).replaceAll('](', '] (').replaceAll('$(', '$ (');
}

/** The same for the texts of an object; other properties stay as they are. */
export function withPlainTexts<T extends object>(options: T, keys: readonly (keyof T)[]): T {
  const plain = { ...options };
  for (const key of keys) {
    const text = plain[key];
    if (typeof text === 'string') plain[key] = plainText(text) as T[typeof key];
  }
  return plain;
}
