// What commands that download have in common. They are bundles of their own.
import { Cancelled, UserError } from '../../core/errors';
import { formatBytes } from '../../core/format';
import type { cancellable, shareReporter } from '../ui/progress';

export interface DownloadUi {
  readonly cancellable: typeof cancellable;
  readonly shareReporter: typeof shareReporter;
}

/** What is wrong in place of an error, whose class need not be the window's; undefined where the user cancelled. */
export async function answered<T>(
  work: () => Promise<T | undefined>,
): Promise<T | { readonly problem: string } | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}

interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, all: number) => void;
}

/** Shows how many bytes are there. Undefined if it was cancelled. */
export function downloading<T>(
  { cancellable, shareReporter }: DownloadUi,
  name: string,
  work: (options: DownloadOptions) => Promise<T>,
): Promise<T | undefined> {
  return cancellable(`Downloading ${name}`, async (signal, progress) => {
    const report = shareReporter(progress);
    let shown = '';
    const onProgress = (bytes: number, all: number) => {
      const words = `${formatBytes(bytes)} of ${formatBytes(all)}`;
      // Three digits: a report for each chunk would be thousands.
      if (words !== shown) report(bytes, all, words);
      shown = words;
    };
    return work({ signal, onProgress });
  });
}
