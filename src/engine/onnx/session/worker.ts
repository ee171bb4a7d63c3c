// Entry of the thread that runs ONNX Runtime and nothing else. A run blocks its thread and cannot be interrupted, so
// requests and cancels are received between runs only.
import { parentPort } from 'node:worker_threads';
import type { Scores } from '../../../core/lenses/scores';
import { serve } from '../../../protocol/channel';
import { portConnection } from '../../../protocol/port';
import {
  CLOSED,
  ENCODED_CHUNK,
  runtimeMethods,
  SCORED_CHUNK,
  type Runtime,
} from '../../../protocol/runtime';
import { Turns } from '../../turns';
import { GateSession } from './gateSession';
import { OpenGraph } from './openGraph';

if (parentPort === null) throw new Error('not a worker thread');
const port = parentPort;
const connection = portConnection(port);
let open: OpenGraph | undefined;
let gate: GateSession | undefined;

/** A run would block the others anyway. */
const turns = new Turns();
const inTurn = <T>(work: () => Promise<T>) => turns.take(work);

function opened(): OpenGraph {
  if (open === undefined) throw new Error('no graph is open');
  return open;
}

/** Posts chunks of a request under its number. */
const scoredIn = (job: number) => (firstRow: number, scores: Scores) =>
  void connection.sendNotification(SCORED_CHUNK, { job, firstRow, scores });

serve<Runtime>(connection, runtimeMethods, {
  open: params =>
    inTurn(async () => {
      await open?.close();
      open = undefined;
      open = await OpenGraph.open(params);
      return open.report;
    }),
  score: ({ job, ...params }, signal) =>
    inTurn(async () => opened().score(params, signal, scoredIn(job))),
  forwardTree: params =>
    inTurn(async () => {
      const open = opened();
      const before = open.tokensRun;
      const logits = await open.forwardTree(params);
      return { logits, ran: open.tokensRun - before };
    }),
  forwardSums: params => inTurn(() => opened().forwardSums(params)),
  sample: params => inTurn(() => opened().sample(params)),
  openSae: ({ sae }) => inTurn(() => opened().openSae(sae)),
  encode: ({ job, ...params }, signal) =>
    inTurn(() =>
      opened().encode(params, signal, (firstRow, rows) => {
        void connection.sendNotification(ENCODED_CHUNK, { job, firstRow, rows });
      }),
    ),
  scoreSteered: ({ job, ...params }) => inTurn(() => opened().scoreSteered(params, scoredIn(job))),
  readLayers: (params, signal) => inTurn(() => opened().readLayers(params, signal)),
  logitsOfResiduals: ({ residuals, rows }) =>
    inTurn(() => opened().logitsOfResiduals(residuals, rows)),
  openGate: ({ ids, ...file }) =>
    inTurn(async () => {
      gate = await GateSession.open(file, ids);
    }),
  readGate: ({ inputs }) =>
    inTurn(async () => {
      if (gate === undefined) throw new Error('no gate is open');
      return gate.run(inputs);
    }),
  close: () =>
    inTurn(async () => {
      await open?.close();
      await gate?.release();
      open = gate = undefined;
    }),
});
// Closing the port ends the thread. Terminating the thread would abort the process.
connection.onNotification(CLOSED, () => void inTurn(async () => port.close()));
connection.listen();
