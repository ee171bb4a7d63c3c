// All tools for language models, in the order of their documentation.
import { countTokens } from './countTokens';
import { explainToken } from './explainToken';
import { nextBytes } from './nextBytes';
import { readTrace } from './readTrace';
import { scoreText } from './scoreText';
import type { Tool } from './tool';

export const tools: readonly Tool[] = [countTokens, scoreText, nextBytes, explainToken, readTrace];
