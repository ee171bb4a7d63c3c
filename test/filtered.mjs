// Chooses tests by parts of their names.
import { ToolError } from './report.mjs';

/**
 * Whether one of the names contains the filter, in any case of letters.
 * @param {string[]} names
 * @param {string} filter
 */
export const isNamed = (names, filter) =>
  names.some(name => name.toLowerCase().includes(filter.toLowerCase()));

/**
 * Returns the items of which a name contains one of the filters, in any case of letters; all where
 * there are no filters. Throws where a filter fits none.
 * @template T
 * @param {T[]} items
 * @param {string[]} filters
 * @param {(item: T) => string[]} namesOf
 * @returns {T[]}
 */
export function filtered(items, filters, namesOf) {
  if (filters.length === 0) return items;
  const fits = (/** @type {T} */ item, /** @type {string} */ filter) =>
    isNamed(namesOf(item), filter);
  const unused = filters.find(filter => !items.some(item => fits(item, filter)));
  if (unused !== undefined) throw new ToolError(`No test has "${unused}" in its file or name.`);
  return items.filter(item => filters.some(filter => fits(item, filter)));
}
