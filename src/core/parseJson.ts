// JSON as Python's `json` module writes it, which spells numbers that are not finite as NaN, Infinity and -Infinity.
import { walkJson, type JsonVisitor } from './walkJson';

/**
 * The value of a text that may begin with a byte order mark; numbers that are not finite are as Python reads them.
 * Takes time linear in the text, however deeply it is nested. Throws `JsonError`.
 */
export function parseJson(text: string): unknown {
  const own = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return JSON.parse(own);
  } catch {
    const builder = new Builder();
    walkJson(text, builder);
    return builder.root;
  }
}

class Builder implements JsonVisitor {
  root: unknown;
  /** Outermost first, each with the key of what comes next. */
  readonly #open: { container: object; key: string }[] = [];

  open(kind: 'object' | 'array'): void {
    const container = kind === 'array' ? [] : {};
    this.value(container);
    this.#open.push({ container, key: '' });
  }

  key(name: string): void {
    this.#open.at(-1)!.key = name;
  }

  value(value: unknown): void {
    const last = this.#open.at(-1);
    if (!last) this.root = value;
    else if (Array.isArray(last.container)) last.container.push(value);
    // Defined rather than set: "__proto__" is a key like any other.
    else Object.defineProperty(last.container, last.key, { value, ...ordinary });
  }

  close(): void {
    this.#open.pop();
  }
}

const ordinary = { configurable: true, enumerable: true, writable: true };
