// A few models to begin with, by what they are good for. What is said of them is what their publishers say; sizes are
// approximate, and the hub says the real ones before anything is downloaded.

export interface Suggestion {
  readonly name: string;
  readonly purpose: string;
  /** Of what would be downloaded. */
  readonly about: string;
  readonly licence: string;
}

export const suggestions: readonly Suggestion[] = [
  {
    name: 'Qwen/Qwen2.5-Coder-0.5B',
    purpose: 'a code model that fills in the middle: 494 million parameters',
    about: 'about 1 GB',
    licence: 'apache-2.0',
  },
  {
    name: 'HuggingFaceTB/SmolLM2-135M',
    purpose: 'a small model of English text: 135 million parameters',
    about: 'about 270 MB',
    licence: 'apache-2.0',
  },
  {
    name: 'openai-community/gpt2',
    purpose: 'a model that autoencoders are published for: 124 million parameters',
    about: 'about 550 MB',
    licence: 'mit',
  },
];
