// The links and pictures of a package's pages that lead to files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Paths below `folder`, of all Markdown pages in it. */
export function linkedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md') && !path.includes('node_modules'))
    .flatMap(path =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/\]\(([^)\s#]+)/g)]
        .map(([, target = '']) => target)
        .filter(target => !/^[a-z]+:/.test(target))
        .map(target => join(dirname(path), target)),
    );
}

/** Those that are not there. */
export function deadLinks(folder: string): string[] {
  return linkedFiles(folder).filter(path => !existsSync(join(folder, path)));
}
