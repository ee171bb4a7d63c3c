// Default keys that are free: VS Code itself has them on no system (test/host/defaultKeys.mjs reads its own), and they are
// none that a system takes before VS Code sees them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Key {
  command: string;
  key: string;
  mac: string;
  when: string;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const { contributes } = read('package.json') as { contributes: { keybindings: Key[] } };
const taken = read('test/golden/defaultKeys.json') as Record<'linux' | 'mac' | 'windows', string[]>;

const ORDER = ['ctrl', 'shift', 'alt', 'cmd'];
/** As VS Code writes it: modifiers in its order. */
const spelled = (key: string) =>
  key
    .split(' ')
    .map(part => {
      const keys = part.split('+');
      const modifiers = keys.slice(0, -1).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
      return [...modifiers, keys.at(-1)].join('+');
    })
    .join(' ');
/** In a trace's own editor, which cannot be edited, keys of editing have no use. */
const general = contributes.keybindings.filter(({ when }) => !when.includes('tokenscope-trace'));

test('VS Code has none of the keys', () => {
  expect(general.map(({ command }) => command)).toContain('tokenscope.toggleOverlay');
  for (const { command, key, mac } of general) {
    for (const system of ['linux', 'windows'] as const)
      expect(taken[system], `${command} on ${system}`).not.toContain(spelled(key));
    expect(taken.mac, `${command} on mac`).not.toContain(spelled(mac));
  }
});

test('what is recorded of VS Code is spelled as our keys are', () => {
  expect(taken.linux).toContain(spelled('alt+shift+f9'));
  expect(taken.mac).toContain(spelled('cmd+shift+f9'));
  expect(taken.windows).toContain(spelled('ctrl+k ctrl+s'));
});

// Ctrl+Alt+T opens a terminal on Ubuntu; Ctrl+Alt is AltGr on Windows, which types letters and signs.
test('none is Ctrl+Alt with a letter or a sign', () => {
  for (const { command, key } of contributes.keybindings)
    for (const part of key.split(' '))
      expect(/^ctrl\+alt\+.$/.test(spelled(part)), command).toBe(false);
});
