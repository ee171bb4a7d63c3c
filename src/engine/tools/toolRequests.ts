// The engine's side of ToolApi: the tools, asked about the open model.
import type { Handlers } from '../../protocol/channel';
import type { ToolApi } from '../../protocol/tools';
import type { EngineState } from '../engineState';
import { runTool } from './tool';
import { tools } from './tools';

export function toolRequests(state: EngineState): Handlers<ToolApi> {
  return {
    async runTool({ name, input, files }, signal) {
      const tool = tools.find(each => each.name === name);
      if (!tool) throw new Error(`there is no tool ${name}`);
      const model = async () => state.model();
      return runTool(tool, input, files, { model, signal, onProgress: () => {} });
    },
  };
}
