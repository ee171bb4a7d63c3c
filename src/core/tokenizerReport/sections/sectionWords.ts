// What the sections of the report ask and say of themselves, in the order in which they are shown. The editor lists them
// without the code that answers them.
import type { SectionWords } from '../report';

export const sectionWords = {
  size: {
    title: 'Size',
    question:
      'How many tokens do these texts take, and which of them take the most for their length?',
    follows: 'no paper: fertility (tokens per word) and bytes per token are the usual measures',
    notClaimed: 'A tokenizer with fewer tokens is not a better one for that alone.',
  },
  vocabulary: {
    title: 'Vocabulary',
    question:
      'What is the vocabulary made of, which alphabets does it cover, and which entries are never used?',
    follows:
      'Qtok (Chelombitko et al. 2024), and fertility and single-token retention under their usual names',
    notClaimed:
      'The classes are ours. A vocabulary that covers an alphabet need not serve its language well: see the section on scripts.',
  },
  scripts: {
    title: 'Scripts and languages',
    question: 'Which scripts and languages pay more tokens than others for the same text?',
    follows: 'MAGNET (Ahia et al. 2024), and parity as Petrov et al. (2023) define it',
    notClaimed:
      'Boundaries are those of the tokenizer: MAGNET’s own, which are learned, are not. Bytes per token favour scripts of three bytes a character; tokens per word do not.',
  },
  numbers: {
    title: 'Numbers',
    question:
      'Into which groups are the digits of a number cut, and do they begin at the left, or at the right as people write them?',
    follows: 'Tokenization counts (Singh and Strouse 2024)',
    notClaimed:
      'That a model calculates better with one grouping is the paper’s finding for large models. Sums are scored where the open model can score a text; a small model need not follow the paper.',
  },
  words: {
    title: 'Words and small edits',
    question:
      'How do tokens compare with words, and how many token boundaries survive a typing error?',
    follows:
      'Hierarchical Autoregressive Transformers (Neitemeier et al. 2025), whose motivation this is',
    notClaimed:
      'The paper’s model, which reads characters and words, is not run. What edits do to a model’s predictions is not measured here.',
  },
  terms: {
    title: 'Terms',
    question:
      'How finely are the terms of your field cut, and how many tokens would be saved if the vocabulary had them?',
    follows: 'K-Tokeniser (Hasan et al. 2024), as far as tokens go',
    notClaimed:
      'The paper’s embeddings of new terms, and what a model gains by them, are not measured. A saved token is one that this text no longer needs.',
  },
  merges: {
    title: 'Merges of your own',
    question:
      'How short would these texts become if their own most frequent pairs of tokens were merged, within words?',
    follows: 'dynamic tokenization (Feher, Vulić and Minixhofer 2024)',
    notClaimed:
      'What a model would make of merged tokens needs the paper’s network of embeddings, and is not measured.',
  },
  lexicon: {
    title: 'Less is better',
    question:
      'Which words does a reader learn who wants few tokens and few kinds of them, and how do they compare with the tokenizer’s?',
    follows:
      'Less-is-Better (Yang, Frank and van den Bosch 2020), with the settings of its published demonstration',
    notClaimed:
      'The paper measures speech to children and Chinese; on other texts, such as code, nothing was published. No model is trained on the lexicon.',
  },
  chunks: {
    title: 'Chunks for retrieval',
    question:
      'Into which chunks is a text best cut, so that they hold the passages that answer questions and little else?',
    follows:
      'token-aware metrics of retrieval (Smith and Troynikov 2024; "Domain-specific RAG" uses them)',
    notClaimed:
      'No search is run: every chunk that has a token of a passage counts as found, which is the best that a search could do.',
  },
  mixture: {
    title: 'Training data',
    question:
      'What was the tokenizer trained on, as far as the order of its merges says, if it was texts like these kinds of file?',
    follows: 'data mixture inference (Hayase et al. 2024)',
    notClaimed:
      'Shares are of the kinds that there are samples of and of nothing else: what else the training data had is attributed to the nearest of them, and shows in the slack. Merges that were added by hand break the method.',
    isSlow: true,
  },
  swap: {
    title: 'Another tokenizer',
    question: 'What would the second tokenizer make of these texts in place of the first?',
    follows:
      'ZeTT (Minixhofer et al. 2024) and CamemBERT 2.0 (Antoun et al. 2024), as far as tokens go',
    notClaimed:
      'How well a model does after a transfer to the second tokenizer is not measured: that needs the model.',
  },
} satisfies Record<string, SectionWords>;

export type SectionId = keyof typeof sectionWords;
export const sectionIds = Object.keys(sectionWords) as SectionId[];
