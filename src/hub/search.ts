// Repositories by name: `GET /api/models?search=WORDS`.
import { UserError } from '../core/errors';
import { asNumber, asObjects, asString } from '../core/json';
import type { HubClient } from './hubClient';

const MOST_FOUND = 30;
const FORMATS = ['safetensors', 'onnx', 'gguf'];

export interface FoundRepository {
  readonly name: string;
  /** In the last 30 days. */
  readonly downloads: number;
  /** 'safetensors', 'onnx', 'gguf'. */
  readonly formats: readonly string[];
  readonly licence: string | undefined;
  readonly isGated: boolean;
}

/** The most downloaded first. Throws `UserError`. */
export async function searchModels(
  client: HubClient,
  words: string,
  signal?: AbortSignal,
): Promise<FoundRepository[]> {
  const query = new URLSearchParams({
    search: words,
    sort: 'downloads',
    direction: '-1',
    limit: String(MOST_FOUND),
  });
  const subject = { what: `The search for "${words.slice(0, 100)}"` };
  const found = await client.json({ path: `/api/models?${query}`, signal, subject });
  if (!Array.isArray(found))
    throw new UserError(
      `${client.environment.endpoint} does not answer searches like a Hugging Face hub. Check HF_ENDPOINT.`,
    );
  return asObjects(found)
    .slice(0, MOST_FOUND)
    .flatMap(({ id, downloads, tags, gated }) => {
      const name = asString(id);
      if (name === undefined) return [];
      const labels = Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [];
      return {
        name,
        downloads: asNumber(downloads) ?? 0,
        formats: FORMATS.filter(format => labels.includes(format)),
        licence: labels.find(tag => tag.startsWith('license:'))?.slice('license:'.length),
        isGated: gated !== undefined && gated !== false,
      };
    });
}
