// Features as files: a line of JSON for each token, activations as Neuronpedia keeps them, a picture of the view.
import { CHANNEL_STEPS, type TokenFeatures } from '../../core/sae/featureValues';
import { qualityOf } from '../../core/sae/quality';
import type { FeatureOptions } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { FeatureService } from './featureService';

/** The field names are an interface: the README documents them. `only`: of these features alone; none: of all. */
export function* featureLines(
  service: FeatureService,
  document: Document,
  top: number,
  only: readonly number[] = [],
): Generator<string> {
  const { pass, opened, model } = service;
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
          label: opened.label(rows.features[i]!).description,
        }));
      const unexplained = rows.errors[token]! / (rows.norms[token]! || 1);
      yield line({ ...place, features: listed, l0: on.length, unexplained: orNull(unexplained) });
    }
  }
  const { tokens, fvu, l0 } = qualityOf(parts);
  yield line({
    tokens,
    fvu: orNull(fvu),
    l0Mean: l0,
    sae: service.info.name,
    hook: service.info.hook,
  });
}

/** A line for each feature: its value at every token of the document. */
export function* neuronpediaLines(
  service: FeatureService,
  document: Document,
  features: readonly number[],
): Generator<string> {
  const { pass, model, info } = service;
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
      ...{ modelId: info.model ?? model.info.name, layer, index: String(feature), tokens, values },
      ...{ maxValue, minValue, maxValueTokenIndex: values.indexOf(maxValue) },
    });
  }
}

/** As the overlay's channels, in colours that do without a theme; the shade of the strongest feature without pins. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const DASHES = ['', '4 2', '1 2', '', '4 2', '1 2'];
const CELL = { width: 8, height: 20 };

/** A picture of tokens [first, end): each with what fires there, pinned features by colour and line. */
export function featureSvg(
  service: FeatureService,
  document: Document,
  first: number,
  end: number,
  wish: FeatureOptions,
): string {
  const stream = document.streamBy(service.model.tokenizer);
  const { features } = service.tokenFeatures(document, first, end, wish);
  const tokens = stream.tokens(first, end);
  const shapes: string[] = [];
  let [line, column, widest, done] = [0, 0, 0, tokens.utf16Starts[0] ?? 0];
  for (let row = 0; row < end - first; row++) {
    const from = Math.max(done, tokens.utf16Starts[row]!);
    const text = document.text.slice(from, tokens.utf16Ends[row]!);
    done = Math.max(done, tokens.utf16Ends[row]!);
    for (const [i, piece] of text.split('\n').entries()) {
      if (i > 0) [line, column] = [line + 1, 0];
      const shown = piece.replace(/\t/g, '    ').replace(/\r/g, '');
      if (shown !== '')
        shapes.push(...tokenShapes(service, features, row, shown, line, column, wish));
      column += [...shown].length;
      widest = Math.max(widest, column);
    }
  }
  const legend = wish.pins.map(({ feature }, channel) => {
    const y = (line + 2 + channel) * CELL.height;
    return (
      `<rect x="8" y="${y - 12}" width="24" height="14" fill="${COLOURS[channel]}" fill-opacity=".35"/>` +
      `<text x="40" y="${y}">#${feature} ${escaped(service.opened.label(feature).description)}</text>`
    );
  });
  const height = (line + 3 + legend.length) * CELL.height;
  const width = Math.max(480, (widest + 4) * CELL.width);
  const { info } = service;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="13">\n` +
    `<title>Features of ${escaped(info.name)} at ${escaped(info.hook)}</title>\n` +
    `<rect width="100%" height="100%" fill="#ffffff"/>\n${shapes.join('\n')}\n${legend.join('\n')}\n</svg>\n`
  );
}

function tokenShapes(
  { opened }: FeatureService,
  features: TokenFeatures,
  row: number,
  text: string,
  line: number,
  column: number,
  { pins }: FeatureOptions,
): string[] {
  const [x, y] = [8 + column * CELL.width, (line + 1) * CELL.height];
  const width = [...text].length * CELL.width;
  const step = features.channel[row]!;
  const channel = Math.floor(step / CHANNEL_STEPS);
  const byPin = pins.length > 0;
  const strength = byPin ? ((step % CHANNEL_STEPS) + 1) / CHANNEL_STEPS : features.strongest[row]!;
  const shapes: string[] = [];
  if (strength > 0) {
    const colour = COLOURS[byPin ? channel : 0]!;
    const feature = byPin ? pins[channel]!.feature : features.strongestFeature[row]!;
    const dash = byPin && DASHES[channel] ? ` stroke-dasharray="${DASHES[channel]}"` : '';
    const under = channel < 3 || !byPin ? y + 4 : y - 13;
    shapes.push(
      `<rect x="${x}" y="${y - 13}" width="${width}" height="17" fill="${colour}" fill-opacity="${(0.45 * strength).toFixed(2)}">` +
        `<title>#${feature} ${escaped(opened.label(feature).description)}</title></rect>`,
      `<line x1="${x}" x2="${x + width}" y1="${under}" y2="${under}" stroke="${colour}" stroke-width="2"${dash}/>`,
    );
  }
  shapes.push(`<text x="${x}" y="${y}" xml:space="preserve">${escaped(text)}</text>`);
  return shapes;
}

function escaped(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, mark => marks[mark]!).replace(/[\x00-\x08\x0b-\x1f]/g, '\ufffd');
}

function line(json: unknown): string {
  return `${JSON.stringify(json)}\n`;
}

/** JSON has no NaN. */
function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
