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
      async provideHover(document, position, token) {
        if (!state.isOn || !isInspectable(document) || engine.state.kind === 'failed') return;
        const { version } = document;
        const offset = document.offsetAt(position);
        // What a hover that was left has asked for would hold up what the model is asked next.
        const controller = new AbortController();
        const listener = token.onCancellationRequested(() => controller.abort());
        try {
          const { hoverAt } = await import('./hoverAt');
          if (document.version !== version) return;
          return await hoverAt(sources, document, offset, controller.signal);
        } catch (error) {
          onError(error);
          return undefined;
        } finally {
          listener.dispose();
        }
      },
    },
  );
}
