// The legend of a lens as the status item's tooltip and the hover show it: swatches in the theme's colours.
import { MarkdownString } from 'vscode';
import type { Lens } from '../core/lenses';
import { legendOf } from '../core/scale';

/** Text of any origin as Markdown that shows just that text. */
export function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,–]/gu, character => `&#${character.codePointAt(0)};`);
}

/** A swatch beside the words of each step; the swatch is decoration, the words say it all. Below: the model's warnings. */
export function legendMarkdown(lens: Lens, warnings: readonly string[]): MarkdownString {
  const markdown = new MarkdownString('', true);
  markdown.supportHtml = true;
  const words = legendOf(lens.scale);
  const rows = words.map((step, i) => `${swatch(lens, i)} ${plain(step)}`);
  markdown.appendMarkdown(`**${lens.title}** — ${plain(lens.meaning)}\n\n${rows.join('  \n')}\n`);
  for (const warning of warnings) markdown.appendMarkdown(`\n\n**Warning.** ${plain(warning)}`);
  return markdown;
}

function swatch(lens: Lens, step: number): string {
  const shades = ['evenTokenBackground', 'oddTokenBackground'];
  const name = lens.scale.kind === 'alternate' ? shades[step] : `heat${step}Border`;
  if (lens.scale.kind === 'heat' && step === 0) return '&nbsp;&nbsp;&nbsp;&nbsp;';
  return `<span style="background-color:var(--vscode-tokenscope-${name});">&nbsp;&nbsp;&nbsp;&nbsp;</span>`;
}
