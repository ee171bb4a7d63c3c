// The engine's side of FeatureApi: the autoencoder that is open beside the model, and what is asked of it.
import { parsePredicate } from '../../core/sae/predicate';
import { type Handlers } from '../../protocol/channel';
import { UserError } from '../../core/errors';
import type { FeatureApi, FeatureOptions } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { EngineHost } from '../engineHost';
import { agreementOn, examplesInText, featurePage, findFeatures } from './featurePage';
import { featureLines, featureSvg, neuronpediaLines } from './featureJson';
import { FeatureService } from './featureService';

/** Features in an export as Neuronpedia keeps them, where none is pinned. */
const EXPORTED = 50;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export class FeatureRequests implements Handlers<FeatureApi> {
  private service: FeatureService | undefined;

  constructor(private readonly host: EngineHost) {}

  /** Another model is open: the autoencoder belonged to the one before. */
  forget(): void {
    this.service = undefined;
  }

  get opened(): FeatureService | undefined {
    return this.service;
  }

  openSae: Handlers<FeatureApi>['openSae'] = async ({ path }) => {
    const model = this.host.model();
    const [own] = model.info.scores ? model.saeFolders : [];
    const wanted = path || own;
    this.service = undefined;
    if (!wanted) return null;
    this.service = await FeatureService.open(model, wanted);
    return this.service.info;
  };

  encode: Handlers<FeatureApi>['encode'] = async (params, signal) => {
    const document = this.host.documentAt(params);
    const service = this.needed();
    const began = performance.now();
    const total = document.streamBy(service.model.tokenizer).size.tokens;
    const onScored = this.host.progressReporter(params, total);
    const { visible, maxTokens } = params;
    const scored = await service.pass.run(document, { visible, maxTokens, signal, onScored });
    return { scored, total, ms: performance.now() - began };
  };

  featuresAt: Handlers<FeatureApi>['featuresAt'] = params =>
    this.needed().featuresAt(this.host.documentAt(params), params.at, params.details);

  featureTable: Handlers<FeatureApi>['featureTable'] = (params, signal) => {
    const { choice, densityCutoff, rows } = params;
    return this.needed().featureTable(
      this.host.documentAt(params),
      choice,
      densityCutoff,
      rows,
      signal,
    );
  };

  featurePage: Handlers<FeatureApi>['featurePage'] = ({ feature, uri, language }) => {
    const all = [...this.host.documents()];
    const ordered = [
      ...all.filter(each => each.uri === uri),
      ...all.filter(each => each.uri !== uri),
    ];
    return featurePage(this.needed(), feature, ordered, language);
  };

  findFeatures: Handlers<FeatureApi>['findFeatures'] = ({ words, rows }) =>
    findFeatures(this.needed(), words, rows);

  examplesIn: Handlers<FeatureApi>['examplesIn'] = (params, signal) =>
    examplesInText(this.needed(), params, signal);

  effect: Handlers<FeatureApi>['effect'] = (params, signal) => {
    const document = this.host.documentAt(params);
    return this.needed().effect(document, params, AbortSignal.any([signal, document.current]));
  };

  agreement: Handlers<FeatureApi>['agreement'] = params =>
    agreementOn(
      this.needed(),
      this.host.documentAt(params),
      params.feature,
      params.predicate,
      params.language,
    );

  setUserLabels: Handlers<FeatureApi>['setUserLabels'] = ({ labels }) => {
    const none = { precision: null, recall: null, count: null };
    const known = labels.map(({ feature, description, predicate }) => {
      if (predicate !== null) parsePredicate(predicate);
      return [feature, { ...none, description, predicate, kind: 'user' }] as const;
    });
    this.service?.opened.setUserLabels(new Map(known));
  };

  exportFeatures: Handlers<FeatureApi>['exportFeatures'] = async (params, signal) => {
    const document = this.host.documentAt(params);
    const service = this.needed();
    const { format, wish, range } = params;
    if (format === 'jsonl') return [...featureLines(service, document, NO_LIMIT)].join('');
    if (format === 'svg') {
      const stream = document.streamBy(service.model.tokenizer);
      const { first, end } = stream.tokensIn(range.utf16Start, range.utf16End);
      return featureSvg(service, document, first, end, wish);
    }
    return [
      ...neuronpediaLines(service, document, await this.exported(document, wish, signal)),
    ].join('');
  };

  private async exported(document: Document, wish: FeatureOptions, signal: AbortSignal) {
    if (wish.pins.length > 0) return wish.pins.map(({ feature }) => feature);
    const own = { kind: 'own' } as const;
    const { rows } = await this.needed().featureTable(
      document,
      own,
      wish.densityCutoff,
      EXPORTED,
      signal,
    );
    return rows.map(({ feature }) => feature);
  }

  private needed(): FeatureService {
    if (this.service) return this.service;
    throw new UserError(
      'No autoencoder is open. The built-in model comes with one; for another model choose one with ' +
        '"Tokenscope: Choose Autoencoder...".',
    );
  }
}
