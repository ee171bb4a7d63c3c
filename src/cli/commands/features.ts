// `tokenscope features`: what fires at every token of a text.
import { trustOf } from '../../core/sae/featureLabels';
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import type { FeatureTable } from '../../protocol/features';
import { Document } from '../../engine/documents/document';
import type { Model } from '../../engine/models/model';
import { featureLines } from '../../engine/sae/featureJson';
import { FeatureService } from '../../engine/sae/featureService';

export interface FeaturesAsk {
  readonly sae: string | undefined;
  readonly top: number;
  readonly only: readonly number[];
  readonly densityCutoff: number;
}

const LISTED = 20;

/** The lines to print. */
export async function runFeatures(
  model: Model,
  text: string,
  ask: FeaturesAsk,
  json: boolean,
  showProgress: (done: number, total: number) => void,
): Promise<Iterable<string>> {
  const path = ask.sae ?? model.saeFolders[0];
  if (path === undefined)
    throw new UserError(
      `${model.info.name} comes with no autoencoder. Name one with --sae FOLDER.`,
    );
  const service = await FeatureService.open(model, path);
  for (const feature of ask.only) service.checkFeature(feature);
  const document = new Document('text', 0, text);
  const total = document.streamBy(model.tokenizer).size.tokens;
  const { signal } = new AbortController();
  const onScored = (known: number) => showProgress(known, total);
  await service.pass.run(document, { visible: [], maxTokens: Infinity, signal, onScored });
  if (json) return featureLines(service, document, ask.top, ask.only);
  const own = { kind: 'own' } as const;
  const table = await service.featureTable(document, own, ask.densityCutoff, Infinity, signal);
  return pretty(service, document, table, ask);
}

function* pretty(
  service: FeatureService,
  document: Document,
  table: FeatureTable,
  { only, densityCutoff }: FeaturesAsk,
): Generator<string> {
  const { info } = service;
  const rows = table.rows.filter(({ feature }) => only.length === 0 || only.includes(feature));
  yield ' feature  value   of max  density  tokens  label\n';
  for (const { feature, value, max, density, tokens, label, at } of rows.slice(0, LISTED)) {
    const share = max ? `${Math.round((100 * value) / max)} %` : '–';
    const rare = density === null ? '–' : `${(100 * density).toPrecision(2)} %`;
    const where = displayToken(Buffer.from(document.text.slice(at.utf16Start, at.utf16End)));
    const trust = trustOf(label);
    yield (
      `${String(feature).padStart(8)}  ${value.toFixed(2).padStart(5)}  ${share.padStart(6)}  ${rare.padStart(7)}  ` +
      `${String(tokens).padStart(6)}  ${label.description}${trust && ` (${trust})`}; highest at ${where}\n`
    );
  }
  if (table.warning) yield `\n${table.warning}\n`;
  const fvu = table.fvu === null ? 'not known' : table.fvu.toFixed(4);
  yield (
    `\n${table.tokens} tokens: ${table.l0.toFixed(1)} features on at a token, share of variance unexplained ${fvu} ` +
    `(${info.name}, ${info.format}, ${info.hook}). Sorted by value · log(1 / density), density up to ${100 * densityCutoff} %.\n`
  );
}
