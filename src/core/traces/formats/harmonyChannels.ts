// The channels of OpenAI's harmony format, which gpt-oss writes:
// `<|start|>assistant<|channel|>analysis<|message|>...<|end|>`.
import type { MarkedText } from './rawTrace';
import type { SegmentKind } from '../trace';
import { MarkStandings } from './markStanding';

const CHANNEL = '<|channel|>';
const MARK = /<\|(start|channel|message|constrain|end|return|call)\|>/g;

/** Commentary without a recipient is said to the user, before a tool is called. */
const KINDS: ReadonlyMap<string, SegmentKind> = new Map([
  ['analysis', 'thinking'],
  ['final', 'answer'],
  ['commentary', 'answer'],
]);
/** In a header, of a message to a tool or from one: `to=functions.add`. */
const RECIPIENT = /(?:^|\s)to=/;

/** Undefined if the text has no channels, or only mentions them. */
export function channelsOf(text: string): MarkedText[] | undefined {
  const first = text.indexOf(CHANNEL);
  if (first < 0) return undefined;
  const standing = new MarkStandings(text).of(first, first + CHANNEL.length, true);
  if (standing !== 'mark') return undefined;
  const found: MarkedText[] = [];
  let [role, channel] = ['', ''];
  let before = '';
  let at = 0;
  let hasChannel = false;
  const add = (end: number, name = channel) => {
    const kind = kindOf(role, name);
    if (kind && text.slice(at, end).trim()) found.push({ kind, start: at, end });
  };
  for (const { 0: whole, 1: mark, index } of text.matchAll(MARK)) {
    switch (before) {
      case 'start':
        role = text.slice(at, index);
        break;
      case 'channel':
        channel = text.slice(at, index);
        break;
      case 'message':
        add(index);
        [role, channel] = ['', ''];
        break;
      case '':
        // A template wrote the header of the first message, which is the thought.
        if (mark === 'end') add(index, 'analysis');
    }
    hasChannel ||= mark === 'message' && channel !== '';
    before = mark!;
    at = index + whole.length;
  }
  if (before === 'message') add(text.length);
  return hasChannel ? found : undefined;
}

/** Undefined for a message without a channel: part of a prompt. */
function kindOf(role: string, header: string): SegmentKind | undefined {
  const channel = /^\w+/.exec(header)?.[0];
  if (channel === undefined) return undefined;
  const isOfTool = RECIPIENT.test(header) || RECIPIENT.test(role);
  return isOfTool ? 'tool' : (KINDS.get(channel) ?? 'tool');
}
