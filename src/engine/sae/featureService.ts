// What the views and the command line ask of an opened autoencoder: what fires at a token, in a document, and what
// is known of one feature.
import { preActivations } from '../../core/sae/encode';
import type { FeatureAt, FeatureName, TokenFeatures } from '../../core/sae/featureValues';
import { maskedIn } from '../../core/sae/masking';
import { qualityOf, SUSPICIOUS_FVU, surpriseOf } from '../../core/sae/quality';
import { mutualChoice, perToken } from '../../core/sae/selection';
import { concatRows, filterRows, type FeatureRows } from '../../core/sae/sparseRows';
import { tokenFeaturesOf } from '../../core/sae/tokenFeatures';
import type {
  FeatureSelection,
  EffectChange,
  EffectView,
  FeatureRow,
  FeaturesAt,
  FeatureTable,
  FeatureOptions,
  SaeInfo,
} from '../../protocol/features';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import { NATS_PER_BIT, type Scores } from '../../core/lenses/scores';
import { UserError } from '../../core/errors';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { FeaturePass, type KnownFeatureRows } from '../scoring/featurePass';
import { LogitEffects } from './logitEffects';
import { OpenedSae } from './openedSae';
import { steer } from './steering';

const NEAR_LISTED = 5;
const EFFECT_TOP = 50;
const NEXT_LISTED = 10;
const CHANGED_LISTED = 20;

export class FeatureService {
  readonly pass: FeaturePass;
  readonly effects: LogitEffects;

  private constructor(
    readonly opened: OpenedSae,
    readonly model: Model,
  ) {
    this.pass = new FeaturePass(opened, model);
    this.effects = new LogitEffects(opened, model);
  }

  /** Throws `UserError` where it cannot be read, or does not fit the model. */
  static async open(model: Model, path: string): Promise<FeatureService> {
    const opened = OpenedSae.open(path);
    await model.openSae(opened.sae);
    return new FeatureService(opened, model);
  }

  get info(): SaeInfo {
    const { opened } = this;
    const { name, source, width, features } = opened.sae;
    return {
      ...{ name: opened.name, path: opened.path, format: name, hook: source.hook ?? '' },
      ...{ model: source.model, width, features, labelled: opened.labelled },
      ...{ knowsMax: opened.knowsMax, knowsDensity: source.density !== null },
    };
  }

  name(feature: number): FeatureName {
    const { opened } = this;
    const known = (value: number) => (Number.isFinite(value) && value > 0 ? value : null);
    return {
      feature,
      label: opened.label(feature),
      density: Number.isNaN(opened.densityOf(feature)) ? null : opened.densityOf(feature),
      max: known(opened.maxOf(feature)),
    };
  }

  /** Throws `UserError` where there is no such feature. */
  checkFeature(feature: number): void {
    const { features } = this.opened.sae;
    if (Number.isInteger(feature) && feature >= 0 && feature < features) return;
    throw new UserError(
      `There is no feature ${feature}: they are numbered from 0 to ${features - 1}.`,
    );
  }

  /** Of tokens [first, end), and of how many nothing is known. */
  tokenFeatures(
    document: Document,
    first: number,
    end: number,
    { pins, densityCutoff }: FeatureOptions,
  ): { features: TokenFeatures; pending: number } {
    const { parts, pending } = this.pass.known(document, first, end);
    return {
      features: tokenFeaturesOf(parts, first, end, this.opened, pins, densityCutoff),
      pending,
    };
  }

  /** `details`: what each feature says of the next token, too. */
  async featuresAt(
    document: Document,
    utf16: number,
    details: boolean,
  ): Promise<FeaturesAt | null> {
    const stream = document.streamBy(this.model.tokenizer);
    const { first } = stream.tokensIn(utf16, utf16 + 1);
    if (first >= stream.size.tokens) return null;
    const { ids, utf16Starts, utf16Ends } = stream.tokens(first, first + 1);
    const [part] = this.pass.known(document, first, first + 1).parts;
    const place = { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]!, token: first };
    const bytes = this.model.tokenizer.bytesOf(ids[0]!).slice();
    const nothing = { ...place, bytes, unexplained: null, features: [], near: [] };
    if (!part) return { ...nothing, masked: false, pending: true };
    if (part.masked > 0) return { ...nothing, masked: true, pending: false };
    const { rows } = part;
    const on = [...rows.features.keys()].sort((a, b) => this.share(rows, b) - this.share(rows, a));
    const effects = details
      ? await this.effects.effectsOf(on.map(i => rows.features[i]!))
      : on.map(() => ({ raises: [], lowers: [] }));
    const features: FeatureAt[] = on.map((i, n) => ({
      ...this.name(rows.features[i]!),
      value: rows.values[i]!,
      ...effects[n]!,
    }));
    const unexplained = rows.errors[0]! / (rows.norms[0]! || 1);
    return {
      ...{ ...place, bytes, masked: false, pending: false, features },
      unexplained: Number.isNaN(unexplained) ? null : unexplained,
      near: details ? this.nearlyOn(rows) : [],
    };
  }

  async featureTable(
    document: Document,
    choice: FeatureSelection,
    densityCutoff: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<FeatureTable> {
    const stream = document.streamBy(this.model.tokenizer);
    const { tokens } = stream.size;
    const { parts, pending } = this.pass.known(document, 0, tokens);
    const quality = qualityOf(parts);
    const chosen = await this.chosen(document, parts, choice, signal);
    const l0 = choice.kind === 'own' ? quality.l0 : l0Of(chosen);
    const rows = this.byFeature(chosen, densityCutoff)
      .sort((a, b) => b.surprise - a.surprise)
      .slice(0, limit);
    const fvu = Number.isNaN(quality.fvu) ? null : quality.fvu;
    const isBad = fvu !== null && quality.tokens > 50 && fvu > SUSPICIOUS_FVU;
    return {
      ...{ tokens: quality.tokens, pending, fvu, l0 },
      warning: isBad
        ? `It leaves ${(100 * fvu).toFixed(0)} % of the variance unexplained: it may belong to another model, another place in it, or other text.`
        : '',
      rows: rows.map(({ token, ...row }) => ({ ...row, at: spanOf(stream, token) })),
    };
  }

  async effect(
    document: Document,
    ask: { feature: number; at: number; everywhere: boolean; change: EffectChange },
    signal: AbortSignal,
  ): Promise<EffectView> {
    this.checkFeature(ask.feature);
    const stream = document.streamBy(this.model.tokenizer);
    const token = stream.tokensIn(ask.at, ask.at + 1).first;
    const window = this.pass.windowOf(stream, token);
    if (!window) throw new UserError('There is no token here. Put the cursor into a text.');
    const { start, end } = window;
    const tokens = stream.tokens(start, end);
    const isAt = (at: number) => ask.everywhere || start + at === token;
    const found = await steer(this.opened, this.model, tokens.ids, ask, isAt, EFFECT_TOP, signal);
    const { before, after, values, changed } = found;
    const row = token - start;
    const bits = (scores: Scores, at: number) => -scores.logprobs[at]! / NATS_PER_BIT;
    const behind = Array.from({ length: end - start - 1 }, (_, at) => at).filter(
      at => ask.everywhere || at >= row,
    );
    const listed = behind
      .map(at => ({ at, size: Math.abs(bits(after, at) - bits(before, at)) }))
      .filter(({ size }) => size > 0)
      .sort((a, b) => b.size - a.size)
      .slice(0, CHANGED_LISTED);
    return {
      ...{ feature: this.name(ask.feature), change: ask.change, everywhere: ask.everywhere },
      ...{ value: values[row]!, changed: changed[row]! },
      next: this.nextTokens(before, after, row),
      tokens: listed.map(({ at }) => ({
        ...spanOf(stream, start + at + 1),
        bytes: this.model.tokenizer.bytesOf(tokens.ids[at + 1]!).slice(),
        before: bits(before, at),
        after: bits(after, at),
      })),
      counted: behind.length,
      totalBits: behind.reduce((sum, at) => sum + bits(after, at) - bits(before, at), 0),
    };
  }

  /** What is on of what is known, or what a choice over the whole document takes. */
  async chosen(
    document: Document,
    parts: readonly KnownFeatureRows[],
    choice: FeatureSelection,
    signal: AbortSignal,
  ): Promise<readonly KnownFeatureRows[]> {
    if (choice.kind === 'own') return parts;
    const { tokens } = document.streamBy(this.model.tokenizer).size;
    const count = Math.max(0, tokens - maskedIn(this.opened.sae, this.model.startTokens));
    const budget = choice.kind === 'topK' ? choice.k * count : Math.round(choice.perToken * count);
    const all = (await this.pass.candidates(document, budget, signal)).map(unmasked);
    const rows = concatRows(all.map(each => each.rows));
    const kept = choice.kind === 'topK' ? perToken(rows, choice.k) : mutualChoice(rows, budget);
    return [{ first: 0, rows: { ...rows, ...kept }, masked: 0 }];
  }

  private byFeature(parts: readonly KnownFeatureRows[], densityCutoff: number) {
    const found = new Map<number, { tokens: number; value: number; token: number }>();
    let counted = 0;
    for (const { first, rows, masked } of parts) {
      counted += rows.norms.length - masked;
      for (let token = masked; token < rows.norms.length; token++)
        for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++) {
          const known = found.get(rows.features[i]!) ?? { tokens: 0, value: 0, token: 0 };
          found.set(rows.features[i]!, known);
          known.tokens++;
          if (rows.values[i]! <= known.value) continue;
          known.value = rows.values[i]!;
          known.token = first + token;
        }
    }
    return [...found].flatMap(
      ([feature, known]): (Omit<FeatureRow, 'at'> & { token: number })[] => {
        const name = this.name(feature);
        const density = name.density ?? known.tokens / counted;
        if (density > densityCutoff) return [];
        return [{ ...name, ...known, surprise: surpriseOf(known.value, density) }];
      },
    );
  }

  private nextTokens(before: Scores, after: Scores, row: number): EffectView['next'] {
    const listed = (scores: Scores) =>
      new Map(
        Array.from({ length: scores.topK }, (_, i) => row * scores.topK + i).map(i => [
          scores.topIds[i]!,
          Math.exp(scores.topLogprobs[i]!),
        ]),
      );
    const [was, is] = [listed(before), listed(after)];
    const ids = [...new Set([...was.keys(), ...is.keys()])];
    const most = (id: number) => Math.max(was.get(id) ?? 0, is.get(id) ?? 0);
    return ids
      .sort((a, b) => most(b) - most(a))
      .slice(0, NEXT_LISTED)
      .map(id => ({
        id,
        bytes: this.model.tokenizer.bytesOf(id).slice(),
        before: was.get(id) ?? NaN,
        after: is.get(id) ?? NaN,
      }));
  }

  /** Of one token: features that are off, and would be on with a little more. */
  private nearlyOn(rows: FeatureRows): FeaturesAt['near'] {
    const { sae } = this.opened;
    const { activation } = sae;
    if (activation.kind !== 'threshold' && activation.kind !== 'topK') return [];
    const u = preActivations(sae, rows.activations);
    const on = new Set(rows.features);
    const least = rows.values.length > 0 ? Math.min(...rows.values) : 0;
    const needed = (feature: number) =>
      activation.kind === 'threshold' ? activation.threshold[feature]! : least;
    return [...u.keys()]
      .filter(feature => !on.has(feature) && u[feature]! > 0)
      .sort((a, b) => u[b]! / needed(b) - u[a]! / needed(a))
      .slice(0, NEAR_LISTED)
      .map(feature => ({ ...this.name(feature), value: u[feature]!, needed: needed(feature) }));
  }

  private share(rows: FeatureRows, place: number): number {
    return rows.values[place]! / (this.opened.maxOf(rows.features[place]!) || 1);
  }
}

/** The same rows with nothing on at masked tokens. */
function unmasked({ first, rows, masked }: KnownFeatureRows): KnownFeatureRows {
  const kept = filterRows(rows, (_, token) => token >= masked);
  return { first, rows: { ...rows, ...kept }, masked };
}

function l0Of(parts: readonly KnownFeatureRows[]): number {
  const tokens = parts.reduce((sum, { rows }) => sum + rows.norms.length, 0);
  return parts.reduce((sum, { rows }) => sum + rows.values.length, 0) / (tokens || 1);
}

function spanOf(stream: TokenStream, token: number) {
  const { utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
  return { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]! };
}
