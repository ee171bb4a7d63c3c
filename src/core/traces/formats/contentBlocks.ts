// The blocks of a message: text, reasoning and calls of tools, in the shapes of OpenAI (chat, Responses), OpenRouter,
// Anthropic, Amazon Bedrock, Gemini, Mistral and Inspect.
import { isObject, asObjects, asString } from '../../json';
import { textPart, type Path, type RawPart, type TraceRow } from './rawTrace';

const HIDDEN = 'Some of the reasoning is encrypted in the file and cannot be shown.';
const SUMMARY = 'The reasoning is encrypted in the file; its summary is shown.';

/** Reasoning of which the file has no text. */
const hidden: RawPart = { kind: 'thinking', text: '', note: HIDDEN };

export function blockParts(content: unknown, path: Path): RawPart[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown, i): RawPart[] => {
    const at = [...path, i];
    if (typeof block === 'string') return textPart('answer', content, i, path);
    return isObject(block) ? partsOfBlock(block, at) : [];
  });
}

export function partsOfBlock(block: TraceRow, at: Path): RawPart[] {
  switch (block.type) {
    case 'text':
    case 'output_text':
      return textPart('answer', block, 'text', at);
    case 'refusal':
      return textPart('answer', block, 'refusal', at);
    case 'thinking':
    case 'reasoning':
    case 'reasoning_text':
    case 'summary_text':
    case 'reasoning.text':
    case 'reasoning.summary':
      return reasoningParts(block, at);
    case 'redacted_thinking':
    case 'redacted-reasoning':
    case 'reasoning.encrypted':
      return [hidden];
    case undefined:
      return partsOfUntyped(block, at);
    default:
      return toolParts(block, at);
  }
}

/** Of Bedrock, whose blocks have their type as a key, and of Gemini. */
function partsOfUntyped(block: TraceRow, at: Path): RawPart[] {
  const { reasoningContent: reasoning } = block;
  if (isObject(reasoning)) {
    if (!isObject(reasoning.reasoningText)) return [hidden];
    return reasoningParts(reasoning.reasoningText, [...at, 'reasoningContent', 'reasoningText']);
  }
  const call = [block.toolUse, block.functionCall].find(isObject);
  if (call) return callParts(call);
  return textPart(block.thought === true ? 'thinking' : 'answer', block, 'text', at);
}

/** Nothing encrypted is shown; the summary takes its place. */
function reasoningParts(block: TraceRow, at: Path): RawPart[] {
  const isRedacted = block.redacted === true;
  if (!isRedacted) {
    const own = firstTexts(block, ['reasoning', 'thinking', 'text', 'content'], at);
    if (own.length > 0) return own;
  }
  const isEncrypted = isRedacted || !!block.encrypted_content || !!block.signature;
  const [first, ...others] = thinkingTexts(block, 'summary', at);
  if (!first) return isEncrypted ? [hidden] : [];
  return [isEncrypted ? { ...first, note: SUMMARY } : first, ...others];
}

/** The thinking in the first of these fields that has some. */
export function firstTexts(row: TraceRow, keys: readonly string[], path: Path): RawPart[] {
  for (const key of keys) {
    const found = thinkingTexts(row, key, path);
    if (found.length > 0) return found;
  }
  return [];
}

/** Of a text, or of a list of texts or of blocks with a text. */
function thinkingTexts(row: TraceRow, key: string, path: Path): RawPart[] {
  const value = row[key];
  if (!Array.isArray(value)) return textPart('thinking', row, key, path);
  const at = [...path, key];
  return value.flatMap((block: unknown, i) =>
    isObject(block)
      ? textPart('thinking', block, 'text', [...at, i])
      : textPart('thinking', value, i, at),
  );
}

/** What a tool is called with, or what it answered. */
function toolParts(block: TraceRow, at: Path): RawPart[] {
  const text = textPart('tool', block, 'text', at);
  if (text.length > 0) return text;
  const called = callParts(block);
  return called.length > 0 ? called : resultParts(block, at);
}

/** The content of a message or block that a tool wrote. */
export function resultParts(message: TraceRow, path: Path): RawPart[] {
  const { content } = message;
  if (!Array.isArray(content)) return textPart('tool', message, 'content', path);
  return asObjects(content).flatMap(({ text }): RawPart[] => {
    const found = asString(text);
    return found?.trim() ? [{ kind: 'tool', text: found }] : [];
  });
}

/** `add({"a":2})`, which no file has in these letters. */
export function callParts(call: TraceRow): RawPart[] {
  const called = isObject(call.function) ? call.function : call;
  const name = asString(called.name) ?? asString(call.function);
  if (name === undefined) return [];
  const given = called.arguments ?? called.args ?? called.input ?? call.arguments ?? {};
  return [{ kind: 'tool', text: `${name}(${typeof given === 'string' ? given : jsonOf(given)})` }];
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack can follow.
    return '…';
  }
}
