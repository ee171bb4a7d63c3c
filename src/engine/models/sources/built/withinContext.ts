// A graph that computes rotations itself runs at any length, beyond what the model was trained for or what its rotation is
// right for: requests that are longer than the model holds are refused, as those are that a table of positions ends.
import { UserError } from '../../../../core/errors';
import { depthOf, needed, type Ability, type Backend } from '../../backend';

/** The same backend; a request of more than `contextTokens` tokens throws `UserError` with both numbers. */
export function withinContext(backend: Backend, contextTokens: number): Backend {
  const check = (tokens: number) => {
    if (tokens <= contextTokens) return;
    throw new UserError(
      `The model has a context of ${contextTokens} tokens, and this needs ${tokens}.`,
    );
  };
  /** The ability with its requests checked, if it is there. */
  const checked = <R, A extends unknown[], T>(
    ability: Ability<(request: R, ...rest: A) => Promise<T>>,
    tokensOf: (request: R) => number,
  ): Ability<(request: R, ...rest: A) => Promise<T>> => {
    if ('missing' in ability) return ability;
    return async (request, ...rest) => {
      check(tokensOf(request));
      return needed(ability)(request, ...rest);
    };
  };
  const { features, layers } = backend;
  return {
    ...backend,
    contextTokens,
    async score(request, ...rest) {
      check(request.inputs.length);
      return backend.score(request, ...rest);
    },
    tree: checked(backend.tree, ({ prefix, nodes }) => prefix.length + depthOf(nodes)),
    ...(backend.sums && {
      async sums(request, ...rest) {
        check(request.prefix.length + depthOf(request.nodes));
        return backend.sums!(request, ...rest);
      },
    }),
    sample: checked(backend.sample, ({ prefix, maxTokens }) => prefix.length + maxTokens),
    features:
      'missing' in features
        ? features
        : {
            ...features,
            async encode(request, ...rest) {
              check(request.inputs.length);
              return features.encode(request, ...rest);
            },
            async scoreSteered(request, ...rest) {
              check(request.inputs.length);
              return features.scoreSteered(request, ...rest);
            },
          },
    layers:
      'missing' in layers
        ? layers
        : {
            async read(window, ...rest) {
              check(window.inputs.length);
              return layers.read(window, ...rest);
            },
          },
  };
}
