// What a server answers to the questions that tell the kinds apart, asked once.
import { UserError } from '../core/errors';
import { asObjects, asString, isObject, type Json } from '../core/json';
import { RequestRefused, type ServerClient } from './serverClient';

/** Undefined where there is no such thing. */
export interface Look {
  /** Of GET /v1/models: the one that was named, else the first. */
  readonly model: Json | undefined;
  readonly models: readonly string[];
  /** llama.cpp's. */
  readonly props: Json | undefined;
  /** vLLM's. */
  readonly version: Json | undefined;
  /** SGLang's. */
  readonly modelInfo: Json | undefined;
  readonly serverInfo: Json | undefined;
  /** TGI's. */
  readonly info: Json | undefined;
  /** LM Studio's. */
  readonly lmStudio: Json | undefined;
  /** Ollama's. */
  readonly ollama: Json | undefined;
}

/** An answer that is there is there at once. */
const LOOK_MS = 10_000;

/** `named`: the model that is wanted. Throws `UserError` where nothing answers, or it has no such model. */
export async function lookAt(
  client: ServerClient,
  named: string | undefined,
  signal?: AbortSignal,
): Promise<Look> {
  const at = async (path: string) => {
    const found = await client.look(path, LOOK_MS, signal);
    return isObject(found) ? found : undefined;
  };
  // First alone: it says whether anything is there.
  const list = await at('/v1/models');
  // A gateway may answer 403 for paths that it does not have; the key, if there is one, was accepted.
  const other = (path: string) =>
    at(path).catch((error: unknown) => {
      if (list && error instanceof RequestRefused && error.isNoPath) return undefined;
      throw error;
    });
  const [props, version, modelInfo, serverInfo, info, lmStudio, ollama] = await Promise.all(
    [
      '/props',
      '/version',
      '/get_model_info',
      '/get_server_info',
      '/info',
      '/api/v0/models',
      '/api/version',
    ].map(other),
  );
  const models = asObjects(list?.data);
  const names = models.flatMap(({ id }) => asString(id) ?? []);
  const model = models[named === undefined ? 0 : names.indexOf(named)];
  if (named !== undefined && !model && names.length > 0)
    throw new UserError(
      `${client.host} has no model ${JSON.stringify(named)}. It has ${names.slice(0, 10).join(', ')}.`,
    );
  return { model, models: names, props, version, modelInfo, serverInfo, info, lmStudio, ollama };
}
