// The section of the tokenizer that the model's is compared with: its tokens at the place.
import { MarkdownString } from 'vscode';
import { displayToken } from '../../core/displayToken';
import { tokenPlace } from '../../core/tokenPlace';
import { formatHex } from '../../core/format';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { HoverContext } from './hoverSection';

export async function secondSection(context: HoverContext): Promise<MarkdownString[]> {
  const { engine, queries, place, at } = context;
  const { second } = engine;
  if (!second || place.saved) return [];
  const { view } = await queries.view(place.text, at, { details: 'bytes', second: true });
  const tokens = Array.from(view.ids, (id, row) => {
    const bytes = view.bytes![row]!;
    return (
      `**${escapeMarkdown(displayToken(bytes))}** — ${tokenPlace(view.first + row, view.total)}, id ${id}, ` +
      `bytes \`${formatHex(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}`
    );
  });
  return [new MarkdownString(`${escapeMarkdown(second.name)}: ${tokens.join('  \n')}`)];
}
