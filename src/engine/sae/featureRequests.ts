// The engine's side of FeatureApi: the autoencoder that is open beside the model, and what is asked of it.
import { parsePredicate } from '../../core/sae/predicate';
import type { Handlers } from '../../protocol/channel';
import type { FeatureApi, FeatureOptions } from '../../protocol/features';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import { featureLines, neuronpediaLines } from './featureJson';
import { featureSvg } from './featureSvg';
import { agreementOn, examplesInText, featurePage, findFeatures } from './featurePage';
import type { FeatureService } from './featureService';

/** Features in an export as Neuronpedia keeps them, where none is pinned. */
const EXPORTED = 50;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export function featureRequests(state: EngineState): Handlers<FeatureApi> {
  const needed = () => state.autoencoder.needed();
  return {
    openSae: async ({ path }, signal) => {
      const opening = { signal, onProgress: state.workReporter('autoencoder') };
      return (await state.autoencoder.open(state.model(), path, opening))?.info ?? null;
    },

    featuresAt: params => needed().featuresAt(state.documentAt(params), params.at, params.details),

    featureTable: (params, signal) => {
      const { choice, densityCutoff, rows } = params;
      return needed().featureTable(state.documentAt(params), choice, densityCutoff, rows, signal);
    },

    featurePage: ({ feature, uri, language }, signal) => {
      const all = [...state.documents.values()];
      const ordered = [
        ...all.filter(each => each.uri === uri),
        ...all.filter(each => each.uri !== uri),
      ];
      return featurePage(needed(), feature, ordered, language, signal);
    },

    findFeatures: ({ words, rows }) => findFeatures(needed(), words, rows),

    examplesIn: (params, signal) => {
      const service = needed();
      service.checkFeature(params.feature);
      return asRefusal(() => examplesInText(service, params, signal));
    },

    effect: (params, signal) => {
      const document = state.documentAt(params);
      const any = AbortSignal.any([signal, document.current]);
      return needed().effect(document, params, any, state.workReporter('effect'));
    },

    agreement: (params, signal) =>
      agreementOn(
        needed(),
        state.documentAt(params),
        params.feature,
        params.predicate,
        params.language,
        signal,
      ),

    setUserLabels: ({ labels }) => {
      const none = { precision: null, recall: null, count: null };
      const known = labels.map(({ feature, description, predicate }) => {
        if (predicate !== null) parsePredicate(predicate);
        return [feature, { ...none, description, predicate, kind: 'user' }] as const;
      });
      state.autoencoder.current?.opened.setUserLabels(new Map(known));
    },

    keepLabels({ files, source }) {
      const service = needed();
      const problems = service.takeLabels(files, source ?? undefined, true);
      return { info: service.info, problems };
    },

    exportFeatures: async (params, signal) => {
      const document = state.documentAt(params);
      const service = needed();
      const { format, options, range } = params;
      if (format === 'jsonl') return [...featureLines(service, document, NO_LIMIT)].join('');
      if (format === 'svg') {
        const stream = document.streamBy(service.model.tokenizer);
        const { first, end } = stream.tokensIn(range.utf16Start, range.utf16End);
        return featureSvg(service, document, first, end, options);
      }
      return [
        ...neuronpediaLines(
          service,
          document,
          await exportedFeatures(service, document, options, signal),
        ),
      ].join('');
    },
  };
}

async function exportedFeatures(
  service: FeatureService,
  document: Document,
  { pins, densityCutoff }: FeatureOptions,
  signal: AbortSignal,
): Promise<number[]> {
  if (pins.length > 0) return pins.map(({ feature }) => feature);
  const own = { kind: 'own' } as const;
  const { rows } = await service.featureTable(document, own, densityCutoff, EXPORTED, signal);
  return rows.map(({ feature }) => feature);
}
