// Runs a model over a window and reads its layers.
import { UserError } from '../../../core/errors';
import { attentionRank } from '../../../core/layers/attentionRank';
import { coreSignificance } from '../../../core/layers/coreTokens';
import { energies } from '../../../core/layers/energy';
import { drift } from '../../../core/layers/lookAhead';
import type { Reading, ReadingAnswer } from '../../../core/layers/readings';
import { runChunks } from '../session/chunks';
import type { PrefixCache } from '../session/keyValues';
import { attentionAtCollector, attentionCollector, layerWeights } from './attention';
import type { Collector, ReadWindow } from './collector';
import { ladderCollector } from './ladder';
import { routingCollector } from './routing';
import { layerStates } from './states';

/**
 * Throws `Cancelled` between chunks, and `UserError` where the graph does not have what is read, or fails. What is read
 * of a chunk has the same bits whatever was read before.
 */
export async function readLayers(
  window: ReadWindow,
  reading: Reading,
  cache: PrefixCache,
  isCancelled: () => boolean,
): Promise<ReadingAnswer> {
  const collector = await collectorOf(window, reading);
  const { tensors, from = 0 } = collector;
  const request = { inputs: window.inputs, from, tensors, isCancelled };
  await runChunks(window.session, cache, request, chunk => collector.take(chunk));
  return collector.answer();
}

async function collectorOf(
  window: ReadWindow,
  reading: Reading,
): Promise<Collector<ReadingAnswer>> {
  const { length } = window.inputs;
  switch (reading.kind) {
    case 'ladder':
      return ladderCollector(window, reading.topK, reading.from, reading.lens);
    case 'attention':
      return attentionCollector(window, reading.share);
    case 'attentionAt':
      return attentionAtCollector(window, reading.position);
    case 'coreTokens':
      return layerWeights(window, reading.layer, weights =>
        coreSignificance(weights, length, reading.group),
      );
    case 'attentionRank':
      return layerWeights(window, reading.layer, weights =>
        attentionRank(weights, length, reading),
      );
    case 'routing':
      return routingCollector(window);
    case 'energy':
      return layerStates(window, reading.layer, states => energies(states, length, reading));
    case 'drift':
      return layerStates(window, reading.layer, (states, width) => drift(states, length, width));
    case 'gate':
      throw new UserError('The model has no delete gate.');
  }
}
