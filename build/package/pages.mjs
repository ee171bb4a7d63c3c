// The pages of a package without the pictures and the files that it does not have.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './owner.mjs';

/** A picture or a link of Markdown: its mark, its text, and where it leads. */
const LINK = /(!?)\[([^\]]*)\]\(([^)\s]+)\)/g;

/**
 * Rewrites the Markdown pages of a staged package: a picture that is not in it is left out, and a link to a file that is not
 * in it leads to the repository, or is text where none is named.
 * @param {string} folder
 */
export function keepWorkingLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    path => path.endsWith('.md') && !path.includes('node_modules'),
  );
  for (const page of pages) {
    const path = join(folder, page);
    writeFileSync(path, withWorkingLinks(readFileSync(path, 'utf8'), folder, dirname(page)));
  }
}

/**
 * @param {string} text
 * @param {string} folder
 * @param {string} base of the page, below the folder
 */
function withWorkingLinks(text, folder, base) {
  return text
    .replace(LINK, (link, mark, words, target) => {
      if (/^([a-z]+:|#)/.test(target)) return link;
      const file = join(base, target.replace(/#.*/, ''));
      if (existsSync(join(folder, file))) return link;
      if (mark) return '';
      const address = `${REPOSITORY}/blob/main/${join(base, target)}`;
      return REPOSITORY ? `[${words}](${address})` : words;
    })
    .replace(/\n{3,}/g, '\n\n');
}
