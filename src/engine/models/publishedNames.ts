// The names on the hub by which a model may be known, as its files and its place say.
import { asString, type Json } from '../../core/json';
import { repositoryOf } from '../files/namedPath';
import type { Metadata } from '../gguf/metadata';
import { repositoryName } from './places/hub';

/** Of a folder: that of its repository in the download cache, and the one that it was saved under. */
export function namesOfFolder(folder: string, config: Json | undefined): string[] {
  return [ofPlace(folder), asString(config?._name_or_path)].filter(name => name !== undefined);
}

/** Of a GGUF file: also of the models that it says it was made from. */
export function namesOfGguf(path: string, metadata: Metadata): string[] {
  const urls = ['general.repo_url', 'general.source.url', 'general.base_model.0.repo_url'];
  const linked = urls.map(
    key => /huggingface\.co\/([^/]+\/[^/]+)/.exec(metadata.string(key) ?? '')?.[1],
  );
  return [ofPlace(path), ...linked, metadata.string('general.name')].filter(
    name => name !== undefined,
  );
}

function ofPlace(path: string): string | undefined {
  const repository = repositoryOf(path);
  return repository === undefined ? undefined : repositoryName(repository);
}
