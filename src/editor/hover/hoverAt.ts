// What the hover over a token says: a list of sections, each of which may have something to say. It is a bundle of its
// own, which the first hover loads.
import { Hover, type MarkdownString, type TextDocument } from 'vscode';
import type { Engine } from '../engine/engineClient';
import { passOptions, type EngineQueries } from '../engine/engineQueries';
import type { Autoencoder } from '../features/autoencoder';
import { featureSection } from '../features/featureSection';
import type { OverlayState } from '../overlay/overlayState';
import type { ShownTexts } from '../overlay/textSource';
import { savedSection } from '../traces/savedSection';
import { cutView } from '../traces/savedView';
import { rangeOf } from '../ui/editorRanges';
import { gateSection } from './gateSection';
import type { HoverContext, HoverSection } from './hoverSection';
import { layerSection } from './layerSection';
import { secondSection } from './secondSection';
import { tokenSection } from './tokenSection';

export interface HoverSources {
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly state: OverlayState;
  readonly autoencoder: Autoencoder;
  readonly shown: ShownTexts;
}

/** From top to bottom. */
const sections: readonly HoverSection[] = [
  featureSection,
  savedSection,
  tokenSection,
  layerSection,
  gateSection,
  secondSection,
];

/**
 * `offset`: in UTF-16 units of the document. Undefined where there is no token, or the text has changed meanwhile. Throws
 * `Cancelled` where a model is at work when `signal` is aborted.
 */
export async function hoverAt(
  { engine, queries, state: { lens }, autoencoder, shown }: HoverSources,
  document: TextDocument,
  offset: number,
  signal: AbortSignal,
): Promise<Hover | undefined> {
  const place = shown.textAt(document, offset, lens);
  if (!place) return undefined;
  const { text, utf16: utf16Start, saved } = place;
  const at = { utf16Start, utf16End: utf16Start + 1 };
  const { passes, ...options } = passOptions(lens, place);
  const request = {
    ...options,
    passes: [...new Set(['tokens' as const, ...passes])],
    details: 'alternatives',
  } as const;
  const { view, version } = saved
    ? { view: cutView(saved.view, at), version: text.version }
    : await queries.view(text, at, request);
  if (version !== text.version || view.ids.length === 0) return undefined;
  const { state: opened } = engine;
  const context: HoverContext = {
    lens,
    place,
    view,
    firstToken: await queries.firstToken(place),
    at,
    engine,
    queries,
    autoencoder,
    signal,
    // Inside a file there is no document that could go on otherwise.
    canBranch: text === document && utf16Start >= (place.answerStart ?? Infinity),
  };
  const contents: MarkdownString[] = [];
  for (const section of sections) contents.push(...(await section(context)));
  // Of another model or another text by now, which the names and the places would be of.
  if (version !== text.version || opened !== engine.state) return undefined;
  const span = { utf16Start: view.utf16Starts[0]!, utf16End: view.utf16Ends.at(-1)! };
  const places = place.placesOf(span);
  const range = rangeOf(document, {
    utf16Start: places[0]!.utf16Start,
    utf16End: places.at(-1)!.utf16End,
  });
  return new Hover(contents, range);
}
