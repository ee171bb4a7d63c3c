// Folders that tests read from.
import { join } from 'node:path';

/** The repository. */
export const root = join(import.meta.dirname, '../..');
/** The built-in models. */
export const models = join(root, 'models');
export const golden = join(root, 'test/golden');
/** Real files beside the repository, which may be absent. */
export const shared = join(root, '../shared/data');
