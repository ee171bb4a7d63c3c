// What is left of the focus, of the mark at the cursor and of the Tab order when a list of tokens is drawn anew.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drawKeepingFocus } from '../../../webview/parts/roving';

class Token {
  tabIndex = -1;
  ariaSelected = 'false';
  focused = 0;
  readonly dataset: { token: string };
  constructor(token: number) {
    this.dataset = { token: String(token) };
  }
  /** Of selectors that are attributes alone. */
  matches(selector: string): boolean {
    const own: Record<string, string> = {
      'data-token': this.dataset.token,
      tabindex: String(this.tabIndex),
      'aria-selected': this.ariaSelected,
    };
    return [...selector.matchAll(/\[([\w-]+)(?:="([^"]*)")?\]/g)].every(
      ([, name, value]) => own[name!] !== undefined && (value ?? own[name!]) === own[name!],
    );
  }
  closest = (selector: string) => (this.matches(selector) ? this : null);
  focus(): void {
    this.focused++;
    moveFocus(this);
  }
  scrollIntoView = () => scrolled.push(this.dataset.token);
}

let tokens: Token[] | undefined;
let active: Token | { closest(selector: string): null } | null;
let scrolled: string[];
let frames: (() => void)[];
const moveFocus = (token: Token) => (active = token);
const list = {
  querySelector: (selector: string) => tokens!.find(token => token.matches(selector)) ?? null,
  querySelectorAll: (selector: string) => tokens!.filter(token => token.matches(selector)),
};
beforeEach(() => {
  [tokens, active, scrolled, frames] = [undefined, null, [], []];
  vi.stubGlobal('document', {
    get activeElement() {
      return active;
    },
    querySelector: (selector: string) =>
      selector === '[data-tokens]' ? tokens && list : tokens && list.querySelector(selector),
  });
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
});
afterEach(() => vi.unstubAllGlobals());

const tokensOf = (...indices: number[]) => indices.map(index => new Token(index));
const indicesOf = (name: 'tabIndex' | 'ariaSelected', value: number | string) =>
  tokens!.filter(token => token[name] === value).map(({ dataset }) => Number(dataset.token));
/** In the Tab order, marked as at the cursor, and scrolled to after the frame. */
function drawn(cursor: number[], draw = () => {}) {
  drawKeepingFocus(draw, cursor);
  expect(scrolled).toEqual([]);
  for (const frame of frames.splice(0)) frame();
  return {
    stops: indicesOf('tabIndex', 0),
    selected: indicesOf('ariaSelected', 'true'),
    scrolled: scrolled.splice(0).map(Number),
  };
}

test('the token at the cursor is marked, in the Tab order, and scrolled to once it has moved', () => {
  const draw = () => (tokens = tokensOf(3, 4, 5, 6));
  expect(drawn([4], draw)).toEqual({ stops: [4], selected: [4], scrolled: [4] });
  expect(drawn([4])).toEqual({ stops: [4], selected: [4], scrolled: [] });
  // Two share a character. The last of the marks before is taken off.
  expect(drawn([5, 6])).toEqual({ stops: [5], selected: [5, 6], scrolled: [5] });
  // Not one of those that are listed.
  expect(drawn([9])).toEqual({ stops: [5], selected: [], scrolled: [] });
});

test('a list that is drawn anew is scrolled to the cursor, also where its element is used for another token', () => {
  tokens = tokensOf(3, 4);
  drawn([4]);
  expect(drawn([4], () => (tokens = tokensOf(3, 4))).scrolled).toEqual([4]);
  expect(drawn([9], () => (tokens![1]!.dataset.token = '9')).scrolled).toEqual([9]);
});

test('without a token at the cursor Tab leads to the first one', () => {
  expect(drawn([], () => (tokens = tokensOf(3, 4)))).toEqual({
    stops: [3],
    selected: [],
    scrolled: [],
  });
  expect(drawn([], () => (tokens = []))).toEqual({ stops: [], selected: [], scrolled: [] });
});

test('the token with the focus keeps it, and nothing is scrolled', () => {
  tokens = tokensOf(3, 4, 5);
  drawn([5]);
  const [, before] = tokens;
  before!.focus();
  expect(drawn([5]).scrolled).toEqual([]);
  expect(before!.focused).toBe(1);
  expect(drawn([3], () => (tokens = tokensOf(3, 4, 5))).scrolled).toEqual([]);
  expect(active).toBe(tokens[1]);
});

test('where that token is gone the focus goes to the cursor, or stays in the list', () => {
  const goesTo = (cursor: number[], stop?: number) => {
    active = new Token(9);
    drawn(cursor, () => {
      tokens = tokensOf(3, 4, 5);
      for (const token of tokens) if (Number(token.dataset.token) === stop) token.tabIndex = 0;
    });
    return Number(active.dataset.token);
  };
  expect(goesTo([5], 4)).toBe(5);
  expect(goesTo([], 4)).toBe(4);
  expect(goesTo([])).toBe(3);
  active = new Token(9);
  drawn([], () => (tokens = []));
  expect(active.dataset.token).toBe('9');
});

test('the focus elsewhere stays there, and without a list nothing is done', () => {
  const button = { closest: () => null };
  active = button;
  drawn([4], () => (tokens = tokensOf(3, 4)));
  expect(active).toBe(button);
  drawKeepingFocus(() => (tokens = undefined), [4]);
  expect([active, frames]).toEqual([button, []]);
});
