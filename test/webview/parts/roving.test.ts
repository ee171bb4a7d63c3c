// The keys in a list of tokens, by their places on the screen: three lines of three, each token 10 wide and 20 high.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listeners } from '../../../webview/parts/roving';

const HEIGHT = 20;
const PANEL = 100;

class Token {
  tabIndex = -1;
  readonly offsetHeight = HEIGHT;
  constructor(
    readonly name: string,
    private readonly left: number,
    private readonly top: number,
  ) {}
  closest = (selector: string) => (selector === '[data-token]' ? this : panel);
  focus = () => (focused = this.name);
  getBoundingClientRect() {
    const { left, top } = this;
    return { left, top, right: left + 10, bottom: top + HEIGHT };
  }
}

let panel: { clientHeight: number } | null;
let focused: string | undefined;
let tokens: Token[];
let chosen: [string, boolean][];
beforeEach(() => {
  panel = { clientHeight: PANEL };
  chosen = [];
  tokens = Array.from({ length: 21 }, (_, i) => {
    const [line, column] = [Math.floor(i / 3), i % 3];
    return new Token(`${line}${'abc'[column]}`, column * 10, line * HEIGHT);
  });
});
afterEach(() => void Reflect.deleteProperty(globalThis, 'window'));

const list = {
  querySelectorAll: (selector: string) =>
    selector === '[data-token]' ? tokens : tokens.filter(({ tabIndex }) => tabIndex === 0),
};
const { onKey, onClick, onFocus } = listeners((element, goThere) =>
  chosen.push([(element as unknown as Token).name, goThere]),
);
const named = (name: string) => tokens.find(token => token.name === name)!;
/** Where the focus goes; whether the key was taken. */
function press(key: string, from: string, more: object = {}) {
  focused = undefined;
  let isTaken = false;
  const preventDefault = () => (isTaken = true);
  const event = { key, target: named(from), currentTarget: list, preventDefault, ...more };
  onKey(event as unknown as KeyboardEvent);
  return { focused, isTaken };
}

test.each([
  ['ArrowLeft', '1b', '1a'],
  ['ArrowLeft', '1a', '0c'],
  ['ArrowLeft', '0a', undefined],
  ['ArrowRight', '1b', '1c'],
  ['ArrowRight', '1c', '2a'],
  ['ArrowRight', '6c', undefined],
  ['ArrowUp', '3b', '2b'],
  ['ArrowUp', '0b', undefined],
  ['ArrowDown', '3b', '4b'],
  ['ArrowDown', '6b', undefined],
  // A page is the panel's height less three lines: two lines between.
  ['PageUp', '6c', '3c'],
  ['PageUp', '2c', '0a'],
  ['PageDown', '0c', '3c'],
  ['PageDown', '5a', '6c'],
  ['Home', '3b', '0a'],
  ['End', '3b', '6c'],
])('%s from %s leads to %s', (key, from, to) => {
  expect(press(key, from)).toEqual({ focused: to, isTaken: true });
});

test('outside of a panel a page is the height of the window', () => {
  panel = null;
  Object.assign(globalThis, { window: { innerHeight: 80 } });
  expect(press('PageUp', '6c').focused).toBe('4c');
});

test('the nearest on a line where none is straight above', () => {
  tokens = [new Token('a', 0, 0), new Token('b', 24, 0), new Token('c', 40, 0)];
  tokens.push(new Token('under', 30, HEIGHT));
  expect(press('ArrowUp', 'under').focused).toBe('b');
});

test('lines may overlap by a pixel, as rounding makes them, and no more', () => {
  const lines = (top: number) => {
    tokens = [new Token('a', 0, 0), new Token('b', 0, top)];
    return [press('ArrowDown', 'a').focused, press('ArrowUp', 'b').focused];
  };
  expect(lines(HEIGHT - 1)).toEqual(['b', 'a']);
  expect(lines(HEIGHT - 2)).toEqual([undefined, undefined]);
});

test('of tokens as near as each other the first one', () => {
  tokens = [new Token('left', 0, 0), new Token('right', 20, 0), new Token('under', 10, HEIGHT)];
  expect(press('ArrowUp', 'under').focused).toBe('left');
  tokens.reverse();
  expect(press('ArrowUp', 'under').focused).toBe('right');
});

test('Space chooses, Enter goes there, too; other keys and modified ones are left to others', () => {
  expect(press(' ', '1b')).toEqual({ focused: undefined, isTaken: true });
  expect(press('Enter', '1c')).toEqual({ focused: undefined, isTaken: true });
  expect(chosen).toEqual([
    ['1b', false],
    ['1c', true],
  ]);
  expect(press('x', '1b')).toEqual({ focused: undefined, isTaken: false });
  for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
    expect(press('End', '1b', { [modifier]: true })).toEqual({
      focused: undefined,
      isTaken: false,
    });
  expect(press('End', '1b', { target: { closest: () => null } }).isTaken).toBe(false);
});

test('a click chooses, and the token with the focus alone is in the Tab order', () => {
  onClick({ target: named('2a') } as unknown as Event);
  onClick({ target: { closest: () => null } } as unknown as Event);
  expect(chosen).toEqual([['2a', false]]);
  for (const name of ['2a', '2b'])
    onFocus({ target: named(name), currentTarget: list } as unknown as Event);
  expect(tokens.filter(({ tabIndex }) => tabIndex === 0).map(({ name }) => name)).toEqual(['2b']);
});
