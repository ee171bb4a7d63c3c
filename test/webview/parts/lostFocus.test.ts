// Where the focus goes when what has it is taken off the page.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drawKeepingFocus } from '../../../webview/parts/roving';

/** An element of a page: a control, or a group of others. */
class Element {
  isConnected = true;
  parentElement: Element | null = null;
  constructor(
    readonly name: string,
    readonly children: Element[] = [],
  ) {
    for (const child of children) child.parentElement = this;
  }
  private get controls(): Element[] {
    return this.children.flatMap(child => (child.children.length > 0 ? child.controls : [child]));
  }
  closest = () => null;
  querySelector = () => this.controls[0] ?? null;
  focus = () => moveFocus(this);
  remove(): void {
    const { parentElement: parent } = this;
    parent?.children.splice(parent.children.indexOf(this), 1);
    this.parentElement = null;
    this.disconnect();
  }
  private disconnect(): void {
    this.isConnected = false;
    if (active === this) active = body;
    for (const child of this.children) child.disconnect();
  }
}

const body = new Element('body');
let active: Element;
let hasFocus: boolean;
const moveFocus = (to: Element) => void (active = to);
const [close, unpin, other] = ['close', 'unpin', 'other'].map(name => new Element(name));
let page: Element;
let pin: Element;
let pins: Element;
let root: Element;

beforeEach(() => {
  for (const control of [close, unpin, other]) control!.isConnected = true;
  page = new Element('page', [new Element('pin it'), close!]);
  pin = new Element('pin', [new Element('feature 1'), unpin!]);
  pins = new Element('pins', [pin, new Element('pin', [new Element('feature 2')])]);
  root = new Element('root', [page, new Element('document', [other!, pins])]);
  [active, hasFocus] = [body, true];
  vi.stubGlobal('document', {
    get activeElement() {
      return active;
    },
    hasFocus: () => hasFocus,
    querySelector: () => null,
  });
});
afterEach(() => vi.unstubAllGlobals());

test('what closes its section leaves the focus to what comes after it', () => {
  close!.focus();
  drawKeepingFocus(() => page.remove(), []);
  expect(active).toBe(other);
});

test('what takes its row out of a list leaves the focus to another row, or beside the list', () => {
  unpin!.focus();
  drawKeepingFocus(() => pin.remove(), []);
  expect(active.name).toBe('feature 2');
  drawKeepingFocus(() => pins.remove(), []);
  expect(active).toBe(other);
});

test('a focus that is not lost stays, also at nothing', () => {
  other!.focus();
  drawKeepingFocus(() => page.remove(), []);
  expect(active).toBe(other);
  active = body;
  drawKeepingFocus(() => pins.remove(), []);
  expect(active).toBe(body);
});

test('a page that the focus has left takes it from nobody', () => {
  close!.focus();
  hasFocus = false;
  drawKeepingFocus(() => page.remove(), []);
  expect(active).toBe(body);
});

test('where nothing is left there is nothing to focus', () => {
  close!.focus();
  drawKeepingFocus(() => {
    for (const child of root.children.toReversed()) child.remove();
  }, []);
  expect(active).toBe(body);
});
