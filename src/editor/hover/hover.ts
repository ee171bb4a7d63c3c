// The hover over a token: a list of sections, each of which may have something to say.
import { Hover, languages, type Disposable, type MarkdownString } from 'vscode';
import type { Engine } from '../engine/engineClient';
import { passOptions, type EngineQueries } from '../engine/engineQueries';
import type { Autoencoder } from '../features/autoencoder';
import { featureSection } from '../features/featureSection';
import type { OverlayState } from '../overlay/overlayState';
import type { ShownTexts } from '../overlay/textSource';
import { savedSection } from '../traces/savedSection';
import { cutView } from '../traces/savedView';
import { isInspectable, rangeOf } from '../ui/editorRanges';
import type { HoverContext, HoverSection } from './hoverSection';
import { secondSection } from './secondSection';
import { tokenSection } from './tokenSection';

export interface HoverSources {
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly state: OverlayState;
  readonly autoencoder: Autoencoder;
  readonly shown: ShownTexts;
  readonly onError: (error: unknown) => void;
}

/** From top to bottom. */
const sections: readonly HoverSection[] = [
  featureSection,
  savedSection,
  tokenSection,
  secondSection,
];

export function registerHover(sources: HoverSources): Disposable {
  const { engine, queries, state, autoencoder, shown, onError } = sources;
  return languages.registerHoverProvider(
    { pattern: '**' },
    {
      async provideHover(document, position) {
        if (!state.isOn || !isInspectable(document) || engine.state.kind === 'failed') return;
        const { lens } = state;
        const place = shown.textAt(document, document.offsetAt(position), lens);
        if (!place) return;
        const { text, utf16: utf16Start, saved } = place;
        const at = { utf16Start, utf16End: utf16Start + 1 };
        try {
          const { passes, ...options } = passOptions(lens, place);
          const request = {
            ...options,
            passes: ['tokens', ...passes],
            details: 'alternatives',
          } as const;
          const { view, version } = saved
            ? { view: cutView(saved.view, at), version: text.version }
            : await queries.view(text, at, request);
          if (version !== text.version || view.ids.length === 0) return;
          const context: HoverContext = {
            lens,
            place,
            view,
            firstToken: await queries.firstToken(place),
            at,
            engine,
            queries,
            autoencoder,
            // Inside a file there is no document that could go on otherwise.
            canBranch: text === document && utf16Start >= (place.answerStart ?? Infinity),
          };
          const contents: MarkdownString[] = [];
          for (const section of sections) contents.push(...(await section(context)));
          const span = { utf16Start: view.utf16Starts[0]!, utf16End: view.utf16Ends.at(-1)! };
          const places = place.placesOf(span);
          const range = rangeOf(document, {
            utf16Start: places[0]!.utf16Start,
            utf16End: places.at(-1)!.utf16End,
          });
          return new Hover(contents, range);
        } catch (error) {
          onError(error);
          return undefined;
        }
      },
    },
  );
}
