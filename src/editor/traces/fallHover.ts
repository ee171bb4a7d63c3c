// The hover at a token where the success curve falls: the verdict, above what the other hovers say of the token.
import { Hover, languages, MarkdownString, type Disposable } from 'vscode';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import { fallChange, fallWords, type Rollouts } from './rollouts';
import { TRACE_SCHEME, type TraceDocuments } from './traceDocuments';
import { TRACE_LANGUAGE } from './traceOutline';

export function registerFallHover(traces: TraceDocuments, rollouts: Rollouts): Disposable {
  // VS Code shows the hover of the more particular selector first.
  const selector = { scheme: TRACE_SCHEME, language: TRACE_LANGUAGE };
  return languages.registerHoverProvider(selector, {
    provideHover(document, position) {
      const open = traces.traceOf(document);
      const view = open && rollouts.viewOf(open);
      const at = document.offsetAt(position);
      const falls = view?.falls.filter(
        ({ utf16Start, utf16End }) => utf16Start <= at && at < utf16End,
      );
      const [first] = falls ?? [];
      if (!view || !falls || !first) return undefined;
      const verdicts = falls.map(fall => {
        const { kind, words } = fallWords(fall);
        return `**${escapeMarkdown(kind)}**: ${escapeMarkdown(words)}`;
      });
      return new Hover(
        new MarkdownString(
          `${verdicts.join('  \n')}\n\n${escapeMarkdown(fallChange(first))}\n\n` +
            `T3, rollouts by ${escapeMarkdown(view.model)}; index ${first.token} of the trace’s tokens, from 0`,
        ),
      );
    },
  });
}
