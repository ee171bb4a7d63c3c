// What the sections of the report ask and say of themselves, in the order in which they are shown. The editor lists them
// without the code that answers them.
import type { SectionWords } from '../report';

export const sectionWords = {
  size: {
    title: 'Size',
    question:
      'How many tokens do these texts take, and which of them take the most for their length?',
    follows: 'no paper: fertility (tokens per word) and bytes per token are the usual measures',
    notClaimed: 'Fewer tokens do not by themselves make a better tokenizer.',
  },
  vocabulary: {
    title: 'Vocabulary',
    question:
      'What is the vocabulary made of, which alphabets does it cover, and which entries are never used?',
    follows:
      'Qtok (Chelombitko et al. 2024), and fertility and single-token retention under their usual names',
    notClaimed:
      'The classes are Tokenscope’s own. A vocabulary that covers an alphabet need not serve its language well; see the section on scripts.',
  },
  scripts: {
    title: 'Scripts and languages',
    question: 'Which scripts and languages need more tokens than others for the same text?',
    follows: 'MAGNET (Ahia et al. 2024), and parity as Petrov et al. (2023) define it',
    notClaimed:
      'The boundaries are those of the tokenizer, not the learned ones of MAGNET. Bytes per token favour scripts with three bytes per character; tokens per word do not.',
  },
  numbers: {
    title: 'Numbers',
    question:
      'How are the digits of a number grouped: from the left, or from the right as people write them?',
    follows: 'Tokenization counts (Singh and Strouse 2024)',
    notClaimed:
      'The paper finds for large models that the grouping affects arithmetic. Sums are scored if the open model can score a text; a small model may behave differently.',
  },
  words: {
    title: 'Words and small edits',
    question:
      'How do tokens compare with words, and how many token boundaries survive a typing error?',
    follows:
      'Hierarchical Autoregressive Transformers (Neitemeier et al. 2025), whose motivation this is',
    notClaimed:
      'The model of the paper, which reads characters and words, is not run. The effect of edits on a model’s predictions is not measured.',
  },
  terms: {
    title: 'Terms',
    question:
      'How many tokens do the terms of your field take, and how many would be saved if the vocabulary had them?',
    follows: 'the tokenizer part of K-Tokeniser (Hasan et al. 2024)',
    notClaimed:
      'The embeddings of new terms, and what a model gains from them, are not measured. A saved token is one that this text no longer needs.',
  },
  merges: {
    title: 'Custom merges',
    question:
      'How short would these texts become if their most frequent pairs of tokens within words were merged?',
    follows: 'dynamic tokenization (Feher, Vulić and Minixhofer 2024)',
    notClaimed:
      'The effect on a model is not measured: that needs the hypernetwork of the paper, which makes embeddings for merged tokens.',
  },
  lexicon: {
    title: 'Less is better',
    question:
      'Which units does a learner find that minimises both tokens and types, and how do they compare with the tokenizer’s?',
    follows:
      'Less-is-Better (Yang, Frank and van den Bosch 2020), with the settings of its published demonstration',
    notClaimed:
      'The paper measures child-directed speech and Chinese; there are no published results for other texts, such as code. No model is trained on the lexicon.',
  },
  chunks: {
    title: 'Chunks for retrieval',
    question:
      'Which way of splitting a text into chunks best isolates the passages that answer questions?',
    follows:
      'token-aware retrieval metrics (Smith and Troynikov 2024; used in "Domain-specific RAG")',
    notClaimed:
      'No search is run: every chunk with a token of a passage counts as retrieved, which is the best case of a search.',
  },
  mixture: {
    title: 'Training data',
    question:
      'What does the order of its merges reveal about the tokenizer’s training data, in shares of these kinds of file?',
    follows: 'data mixture inference (Hayase et al. 2024)',
    notClaimed:
      'Only the kinds with samples are considered: other training data is attributed to the nearest of them, and increases the slack. Manually added merges break the method.',
    isSlow: true,
  },
  swap: {
    title: 'Another tokenizer',
    question: 'How would the second tokenizer split these texts, compared with the first?',
    follows:
      'the tokenizer part of ZeTT (Minixhofer et al. 2024) and CamemBERT 2.0 (Antoun et al. 2024)',
    notClaimed: 'The quality of a model after a transfer to the second tokenizer is not measured.',
  },
} satisfies Record<string, SectionWords>;

export type SectionId = keyof typeof sectionWords;
export const sectionIds = Object.keys(sectionWords) as SectionId[];
