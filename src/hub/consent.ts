// What a user is asked before anything is downloaded, the same in a terminal and in a window.
import { formatBytes } from '../core/format';
import type { Plan } from './plan';

/** Names and values, in order. */
export function consentFacts({ repository, weights, ...plan }: Plan): [string, string][] {
  const { name, revision, commit, licence, isGated } = repository;
  const count = plan.files.length === 1 ? '1 file' : `${plan.files.length} files`;
  const there = plan.bytes - plan.missing;
  const begun = there > 0 ? `; ${formatBytes(there)} are already there` : '';
  return [
    ['repository', `${name} (${revision === commit ? '' : `${revision}, `}${commit.slice(0, 12)})`],
    ['licence', isGated ? `${licence}; you have to accept its terms on the hub first` : licence],
    ['download', `${formatBytes(plan.bytes)} in ${count}${begun}`],
    weights.kind === 'autoencoder'
      ? ['autoencoder', weights.name || 'the only choice']
      : ['weights', weights.kind === 'none' ? 'none: the tokenizer alone' : weights.name],
    ['folder', plan.folder],
    ['free there', formatBytes(plan.free)],
  ];
}
