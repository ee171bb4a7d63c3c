// A picture of tokens and their features, as an SVG file that needs nothing else.
import { featureTitle } from '../../core/sae/featureFormat';
import { CHANNEL_STEPS, type TokenFeatures } from '../../core/sae/featureValues';
import { showHidden } from '../../core/showHidden';
import type { FeatureOptions } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { FeatureService } from './featureService';

/**
 * By channel, as in the overlay but independent of a theme. Without pins the first colour shades the strongest feature.
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const DASHES = ['', '4 2', '1 2', '', '4 2', '1 2'];
/** Pixels of a character. */
const CELL = { width: 8, height: 20 };

/**
 * Tokens [first, end), each shaded by its strongest feature, or by the pinned one, which also has a line of its own.
 */
export function featureSvg(
  service: FeatureService,
  document: Document,
  first: number,
  end: number,
  options: FeatureOptions,
): string {
  const stream = document.streamBy(service.model.tokenizer);
  const { features } = service.tokenFeatures(document, first, end, options);
  const tokens = stream.tokens(first, end);
  const shapes: string[] = [];
  let [line, column, widest, done] = [0, 0, 0, tokens.utf16Starts[0] ?? 0];
  for (let row = 0; row < end - first; row++) {
    const from = Math.max(done, tokens.utf16Starts[row]!);
    const text = document.text.slice(from, tokens.utf16Ends[row]);
    done = Math.max(done, tokens.utf16Ends[row]!);
    for (const [i, piece] of text.split('\n').entries()) {
      if (i > 0) [line, column] = [line + 1, 0];
      const shown = showHidden(piece.replace(/\t/g, '    ').replace(/\r/g, ''));
      if (shown !== '')
        shapes.push(...tokenShapes(service, features, row, shown, line, column, options));
      column += [...shown].length;
      widest = Math.max(widest, column);
    }
  }
  const legend = options.pins.map(({ feature }, channel) => {
    const y = (line + 2 + channel) * CELL.height;
    return (
      `<rect x="8" y="${y - 12}" width="24" height="14" fill="${COLOURS[channel]}" fill-opacity=".35"/>` +
      `<text x="40" y="${y}">${escapeXml(featureTitle(service.name(feature)))}</text>`
    );
  });
  const height = (line + 3 + legend.length) * CELL.height;
  const width = Math.max(480, (widest + 4) * CELL.width);
  const { info } = service;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="13">\n` +
    `<title>Features of ${escapeXml(info.name)} at ${escapeXml(info.hook)}</title>\n` +
    `<rect width="100%" height="100%" fill="#ffffff"/>\n${shapes.join('\n')}\n${legend.join('\n')}\n</svg>\n`
  );
}

/** The shapes of one piece of a token, which is on one line. */
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
        `<title>${escapeXml(featureTitle(opened.featureName(feature)))}</title></rect>`,
      `<line x1="${x}" x2="${x + width}" y1="${under}" y2="${under}" stroke="${colour}" stroke-width="2"${dash}/>`,
    );
  }
  shapes.push(`<text x="${x}" y="${y}" xml:space="preserve">${escapeXml(text)}</text>`);
  return shapes;
}

function escapeXml(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return showHidden(text).replace(/[&<>"]/g, mark => marks[mark]!);
}
