// Lists of blocks that come in pieces: a piece that goes on with the block before it is put to its end.
import { asString, isObject, type Json } from '../../json';

const TEXTS = ['text', 'thinking', 'summary', 'reasoning'];

/** Appends to `blocks`, whose objects are its own. */
export function appendBlocks(blocks: Json[], more: readonly unknown[]): void {
  for (const block of more) {
    if (!isObject(block)) continue;
    const last = blocks.at(-1);
    if (last && last.type === block.type && last.index === block.index) append(last, block);
    else append(blocks[blocks.push({ type: block.type, index: block.index }) - 1]!, block);
  }
}

function append(last: Json, block: Json): void {
  for (const key of TEXTS) {
    const value = block[key];
    if (typeof value === 'string') last[key] = (asString(last[key]) ?? '') + value;
    if (!Array.isArray(value)) continue;
    const list = Array.isArray(last[key]) ? (last[key] as Json[]) : [];
    appendBlocks(list, value);
    last[key] = list;
  }
  for (const key of ['data', 'signature', 'format']) {
    if (block[key] !== undefined) last[key] = block[key];
  }
}

/** Appends what is listed under each of the names. */
export function appendLists(lists: Json, more: unknown, names: readonly string[]): void {
  if (!isObject(more)) return;
  for (const name of names) {
    const value = more[name];
    if (!Array.isArray(value)) continue;
    const known = lists[name];
    const list: unknown[] = Array.isArray(known) ? known : [];
    lists[name] = list;
    for (const each of value as unknown[]) list.push(each);
  }
}
