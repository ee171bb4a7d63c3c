// The hover over a token: where there is one.
import { languages, type Disposable } from 'vscode';
import { isInspectable } from '../ui/editorRanges';
import type { HoverSources } from './hoverAt';

export function registerHover(
  sources: HoverSources & { onError(error: unknown): void },
): Disposable {
  const { engine, state, onError } = sources;
  return languages.registerHoverProvider(
    { pattern: '**' },
    {
      async provideHover(document, position) {
        if (!state.isOn || !isInspectable(document) || engine.state.kind === 'failed') return;
        // The text may change while the part is loaded.
        const offset = document.offsetAt(position);
        try {
          const { hoverAt } = await import('./hoverAt');
          return await hoverAt(sources, document, offset);
        } catch (error) {
          onError(error);
          return undefined;
        }
      },
    },
  );
}
