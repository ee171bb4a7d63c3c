// What the kinds have in common: facts that were found when the server was recognised, and checks of its answers.
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { asString } from '../../core/json';
import { RowChecks } from '../checkRows';
import type { ScoreTask, Server, TokenRow } from '../server';
import { RequestRefused, type ServerClient } from '../serverClient';

/** Alternatives that most servers allow. */
export const ALTERNATIVES = 20;

/** Of vLLM and SGLang: where a request leaves these out, the model's generation_config.json or the server decides. */
export const PLAIN_SAMPLING = {
  top_k: -1,
  min_p: 0,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

export interface Facts {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize?: number | undefined;
}

export abstract class KnownServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize: number | undefined;
  readonly givesRanks: boolean = false;
  readonly scoresParts: boolean = false;
  mostAlternatives = ALTERNATIVES;
  protected readonly checks: RowChecks;

  constructor(
    protected readonly client: ServerClient,
    { vocabSize }: Pick<Tokenizer, 'vocabSize'>,
    facts: Facts,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    this.contextTokens = facts.contextTokens;
    this.vocabSize = facts.vocabSize;
    this.checks = new RowChecks(client, facts.vocabSize ?? vocabSize);
  }

  abstract identity(signal?: AbortSignal): Promise<string>;

  abstract score(
    task: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void>;
}

/** What `ask` gives with `most` alternatives of each token, or with as many as the server allows. */
export async function askAllowed<T>(
  most: number,
  ask: (count: number) => Promise<T>,
): Promise<{ answer: T; most: number }> {
  for (let count = most; ;) {
    try {
      return { answer: await ask(count), most: count };
    } catch (error) {
      // "Requested prompt logprobs of 20, which is greater than max allowed: 5"
      const reason = error instanceof RequestRefused ? error.reason : '';
      const limits = [...reason.matchAll(/\d+/g)].map(Number).filter(limit => limit < count);
      count = Math.max(0, ...limits);
      if (!/logprobs/i.test(reason) || count === 0) throw error;
    }
  }
}

export function versionOf(stated: unknown): string {
  return asString(stated) || 'version not stated';
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
