// HiGHS (Huangfu and Hall 2018, "Parallelizing the dual revised simplex method") in WebAssembly, for linear programs.
import loadHighs from 'highs';
import type {
  LinearProgram,
  SolveLinearProgram,
} from '../../core/tokenizerReport/measures/mixture/linearProgram';

/** Loads the solver, from the package's own files. */
export async function openHighs(): Promise<SolveLinearProgram> {
  const highs = await loadHighs();
  return ({ costs, rows }: LinearProgram) => {
    const starts = new Int32Array(rows.length + 1);
    rows.forEach(({ variables }, row) => (starts[row + 1] = starts[row]! + variables.length));
    const data = {
      numCols: costs.length,
      numRows: rows.length,
      colCost: costs,
      colLower: costs.map(() => 0),
      colUpper: costs.map(() => highs.infinity),
      rowLower: rows.map(({ lower }) => bounded(lower, highs.infinity)),
      rowUpper: rows.map(({ upper }) => bounded(upper, highs.infinity)),
      matrix: {
        format: 'csr' as const,
        numRows: rows.length,
        numCols: costs.length,
        starts,
        indices: Int32Array.from(rows.flatMap(({ variables }) => variables)),
        values: Float64Array.from(rows.flatMap(({ values }) => values)),
      },
    };
    return highs.withModel(data, model => {
      model.options.set({ output_flag: false, presolve: 'off' });
      model.run();
      const status = model.getModelStatus();
      if (status !== highs.constants.modelStatus.optimal)
        throw new Error(`the linear program has no optimum: status ${status}`);
      return model.getSolution().colValue;
    });
  };
}

const bounded = (value: number, infinity: number) =>
  Math.abs(value) === Infinity ? Math.sign(value) * infinity : value;
