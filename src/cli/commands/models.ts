// `tokenscope models`: what is on this machine, and what each can do here.
import type { MachineModel, PlaceProblem } from '../../core/models/machineModel';
import {
  abilities,
  formatParameters,
  formatSize,
  PLACE_TITLES,
} from '../../core/models/modelWords';
import { machineModels } from '../../engine/models/places/machineModels';
import { surroundings } from '../../engine/models/places/placeFolders';
import { defineCommand } from '../command';
import { builtInFolder } from '../engine';
import * as shared from '../sharedOptions';
import { tableLines } from '../tableLines';

const BUILT_IN = { coder: 'coder', reasoner: 'reasoner/base', stories260K: 'stories260K' };

export const models = defineCommand({
  name: 'models',
  summary: 'models on this machine, and what each supports',
  usage: '',
  options: { json: shared.json },
  async run({ values, print }) {
    const problems: PlaceProblem[] = [];
    const named = Object.entries(BUILT_IN).map(([name, folder]) => ({
      place: 'built-in' as const,
      path: builtInFolder(folder),
      name,
    }));
    const found = machineModels({
      around: surroundings(),
      named,
      onProblem: problem => problems.push(problem),
    });
    await print(values.json ? jsonLines(found, problems) : pretty([...found], problems));
  },
});

function* jsonLines(
  found: Iterable<MachineModel>,
  problems: readonly PlaceProblem[],
): Generator<string> {
  for (const model of found) yield `${JSON.stringify(model)}\n`;
  for (const problem of problems) yield `${JSON.stringify(problem)}\n`;
}

function* pretty(
  found: readonly MachineModel[],
  problems: readonly PlaceProblem[],
): Generator<string> {
  for (const place of new Set(found.map(model => model.place))) {
    const rows = found.filter(model => model.place === place).map(rowOf);
    const head = [PLACE_TITLES[place], 'family', 'parameters', 'type', 'size', 'licence', ''];
    yield* tableLines([head, ...rows], ['left', 'left', 'right', 'left', 'right', 'left', 'left']);
    yield '\n';
  }
  for (const { path, problem } of problems) yield `the list of ${path} is incomplete: ${problem}\n`;
  yield 'Pass the name or path in the first column to --model. For a built-in model, --json prints its path.\n';
}

function rowOf(model: MachineModel): string[] {
  const { family, parameters, quantisation, bytes, licence } = model;
  return [
    model.place === 'built-in' ? model.name : model.model,
    family ?? '',
    parameters === null ? '' : formatParameters(parameters),
    quantisation ?? '',
    bytes === null ? '' : formatSize(bytes),
    licence ?? '',
    abilities(model),
  ];
}
