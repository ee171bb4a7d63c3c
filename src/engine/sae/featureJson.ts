// Features as lines of JSON: one for each token, or one for each feature as Neuronpedia keeps its activations.
import { isTrusted, unlabelled } from '../../core/sae/featureLabels';
import { qualityOf } from '../../core/sae/quality';
import type { Document } from '../documents/document';
import type { FeatureService } from './featureService';
import type { OpenedSae } from './openedSae';

/**
 * A line for each token that is encoded, with its `top` highest features, then a line about the whole document. The
 * field names are an interface: docs/cli.md documents them. `only` restricts the lists to these features; empty: all.
 */
export function* featureLines(
  service: FeatureService,
  document: Document,
  top: number,
  only: readonly number[] = [],
): Generator<string> {
  const { windows: pass, opened, model } = service;
  const stream = document.streamBy(model.tokenizer);
  const { parts } = pass.known(document, 0, stream.size.tokens);
  for (const { first, rows, masked } of parts) {
    const tokens = stream.tokens(first, first + rows.norms.length);
    for (let token = 0; token < rows.norms.length; token++) {
      const place = {
        index: first + token,
        bytes: Buffer.from(model.tokenizer.bytesOf(tokens.ids[token]!)).toString('hex'),
        byteStart: tokens.byteStarts[token],
        byteEnd: tokens.byteEnds[token],
      };
      if (token < masked) {
        yield line({ ...place, features: [], l0: null, unexplained: null, masked: true });
        continue;
      }
      const on = Array.from(
        { length: rows.starts[token + 1]! - rows.starts[token]! },
        (_, i) => rows.starts[token]! + i,
      );
      const listed = on
        .filter(i => only.length === 0 || only.includes(rows.features[i]!))
        .sort((a, b) => rows.values[b]! - rows.values[a]!)
        .slice(0, top)
        .map(i => ({
          index: rows.features[i]!,
          value: rows.values[i]!,
          label: labelOf(opened, rows.features[i]!),
        }));
      const unexplained = rows.errors[token]! / (rows.norms[token]! || 1);
      yield line({ ...place, features: listed, l0: on.length, unexplained: orNull(unexplained) });
    }
  }
  const { tokens, fvu, l0 } = qualityOf(parts);
  yield line({
    tokens,
    fvu: orNull(fvu),
    l0Mean: orNull(l0),
    sae: service.info.name,
    hook: service.info.hook,
  });
}

/** A line for each feature, with its value at every token of the document; 0 where it is off or not known. */
export function* neuronpediaLines(
  service: FeatureService,
  document: Document,
  features: readonly number[],
): Generator<string> {
  const { windows: pass, model, info } = service;
  const stream = document.streamBy(model.tokenizer);
  const { parts } = pass.known(document, 0, stream.size.tokens);
  const all = stream.tokens();
  const tokens = Array.from(all.ids, id => new TextDecoder().decode(model.tokenizer.bytesOf(id)));
  const layer = `${/\d+/.exec(info.hook)?.[0] ?? ''}-${info.name}`;
  for (const feature of features) {
    const values = new Array<number>(tokens.length).fill(0);
    for (const { first, rows, masked } of parts)
      for (let token = masked; token < rows.norms.length; token++)
        for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++)
          if (rows.features[i] === feature) values[first + token] = rows.values[i]!;
    const maxValue = values.reduce((most, value) => Math.max(most, value), 0);
    const minValue = values.reduce((least, value) => Math.min(least, value), maxValue);
    yield line({
      modelId: info.model ?? model.info.name,
      layer,
      index: String(feature),
      tokens,
      values,
      maxValue,
      minValue,
      maxValueTokenIndex: values.indexOf(maxValue),
    });
  }
}

function line(json: unknown): string {
  return `${JSON.stringify(json)}\n`;
}

/** JSON has no NaN. */
function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** "unlabelled #7" where nothing is known, or where the label is measured as wrong. */
function labelOf(opened: OpenedSae, feature: number): string {
  const label = opened.label(feature);
  return (isTrusted(label) ? label : unlabelled(feature)).description;
}
