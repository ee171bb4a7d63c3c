// The engine's side of EngineApi: every group of requests over one state.
import { join } from 'node:path';
import type { Handlers } from '../protocol/channel';
import type { EngineApi } from '../protocol/engine';
import type { SendToServer } from '../servers/transport';
import { comparisonRequests } from './comparison/comparisonRequests';
import { completionRequests } from './completion/completionRequests';
import { documentRequests } from './documents/documentRequests';
import { EngineState, type Emit } from './engineState';
import { modelRequests } from './models/modelRequests';
import type { OpenModel } from './models/model';
import { featureRequests } from './sae/featureRequests';
import { layerRequests } from './layers/layerRequests';
import { scoreRequests } from './scoring/scoreRequests';
import { toolRequests } from './tools/toolRequests';
import { reportRequests } from './tokenizerReport/reportRequests';
import { traceRequests } from './traces/traceRequests';

export function engineServer(
  openModel: OpenModel,
  emit: Emit = () => {},
  send?: SendToServer,
  /** The bundled thread of reports. */
  reportThread = join(__dirname, 'reportThread.js'),
  builtInGate = join(__dirname, '..', 'models', 'gate'),
): Handlers<EngineApi> {
  const state = new EngineState(openModel, emit, builtInGate);
  return {
    ...modelRequests(state, send),
    ...documentRequests(state),
    ...scoreRequests(state),
    ...layerRequests(state),
    ...comparisonRequests(state),
    ...completionRequests(state),
    ...traceRequests(state),
    ...featureRequests(state),
    ...reportRequests(state, reportThread),
    ...toolRequests(state),
  };
}
