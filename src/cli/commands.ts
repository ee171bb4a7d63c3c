// All commands, in the order of help.
import type { Command } from './command';
import { bytes } from './commands/bytes';
import { complete } from './commands/complete';
import { count } from './commands/count';
import { features } from './commands/features';
import { get } from './commands/get';
import { layers } from './commands/layers';
import { inspect } from './commands/inspect';
import { mcp } from './commands/mcp';
import { models } from './commands/models';
import { next } from './commands/next';
import { serveCheck } from './commands/serveCheck';
import { tokenizerReport } from './commands/tokenizerReport';
import { tokens } from './commands/tokens';
import { trace } from './commands/trace';
import { trainTokenizer } from './commands/trainTokenizer';

export const commands: readonly Command[] = [
  tokens,
  inspect,
  bytes,
  next,
  complete,
  features,
  layers,
  trace,
  count,
  tokenizerReport,
  trainTokenizer,
  models,
  get,
  serveCheck,
  mcp,
];
