// What a template of the inspector's page shows, without a page: its markup with the values in their places, the words
// of it, and the listeners by their events.
import { nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';

type Listener = (event: unknown) => unknown;

export interface Shown {
  readonly html: string;
  /** Each line is a block or a row of a table, whose cells are separated by ` | `. */
  readonly text: string;
  /** In the order of the elements: `click`, `change` and so on. */
  readonly listeners: readonly { readonly event: string; readonly listener: Listener }[];
}

interface Template {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}
interface Directive {
  readonly _$litDirective$: unknown;
  readonly values: readonly unknown[];
}

const has = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && key in value;
const kindOf = (directive: unknown) => (directive as Directive)._$litDirective$;
const REPEAT = kindOf(repeat([], () => ''));
const GUARD = kindOf(guard([], () => ''));

export function shown(template: unknown): Shown {
  const listeners: { event: string; listener: Listener }[] = [];
  const html = htmlOf(template, listeners);
  return { html, text: textOf(html), listeners };
}

function htmlOf(value: unknown, listeners: { event: string; listener: Listener }[]): string {
  if (value === nothing || value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(each => htmlOf(each, listeners)).join('');
  if (has(value, '_$litDirective$')) {
    const { values } = value as unknown as Directive;
    if (kindOf(value) === GUARD) return htmlOf((values[1] as () => unknown)(), listeners);
    if (kindOf(value) !== REPEAT) throw new Error('a directive that tests do not know');
    const [items, key, template] = values as [unknown[], Listener, Listener | undefined];
    const draw = (template ?? key) as (item: unknown, i: number) => unknown;
    return htmlOf(
      items.map((item, i) => draw(item, i)),
      listeners,
    );
  }
  if (!has(value, 'strings')) return escaped(String(value));
  const { strings, values } = value as unknown as Template;
  let html = strings[0]!;
  values.forEach((each, i) => {
    const [, mark = '', name = ''] = /\s([@.?]?)([\w-]+)="?$/.exec(html) ?? [];
    const isAttribute = /<[^>]*\s[@.?]?[\w-]+=$/.test(html);
    if (isAttribute && mark === '@') {
      listeners.push({ event: name, listener: each as Listener });
      html = html.replace(/\s@[\w-]+=$/, '');
    } else if (isAttribute && (each === nothing || (mark === '?' && !each))) {
      html = html.replace(/\s[@.?]?[\w-]+=$/, '');
    } else if (isAttribute && mark === '?') html = html.replace(/\?([\w-]+)=$/, '$1');
    else if (isAttribute) html = `${html.replace(/\.([\w-]+=)$/, '$1')}"${escaped(String(each))}"`;
    else html += htmlOf(each, listeners);
    html += strings[i + 1]!;
  });
  return html;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}

function textOf(html: string): string {
  return html
    .replace(/\s+/g, ' ')
    .replace(/<style.*?<\/style>/g, '')
    .replace(/<\/t[dh]>\s*<t[dh]\b[^>]*>/g, ' | ')
    .replace(/<\/dt>\s*<dd>/g, ': ')
    .replace(/<\/vscode-button>|<\/vscode-tab-header>/g, ' ')
    .replace(/<\/?(?:p|h\d|tr|li|dt|section|caption|table|thead|tbody|ul|dl|div)\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .split('\n')
    .map(line => line.replace(/ +/g, ' ').trim())
    .filter(Boolean)
    .join('\n');
}
