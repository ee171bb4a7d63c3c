// Where Neuronpedia publishes what it knows of features: a bucket of files, https://docs.neuronpedia.org/api-and-data/exports.
import { tmpdir } from 'node:os';
import { UserError } from '../../core/errors';
import { endpointOf, isOffline, type HubEnvironment, type Variables } from '../environment';
import { HubClient, type HubConnection } from '../hubClient';
import type { Origin } from '../hubErrors';

const VARIABLE = 'TOKENSCOPE_NEURONPEDIA';
const USUAL = 'https://neuronpedia-datasets.s3.us-east-1.amazonaws.com';

const NEURONPEDIA: Origin = {
  name: 'Neuronpedia',
  variable: VARIABLE,
  // Consent names one host.
  isRedirected: false,
  offline: 'You can still read a file of labels.',
  errorOf: ({ status }, { what }, { endpoint }) =>
    new UserError(
      status === 404
        ? `${what} is no longer at ${endpoint}. Get the list again.`
        : `${what} could not be read from Neuronpedia: ${endpoint} answered ${status}. Check ${VARIABLE}.`,
    ),
};

/** Nobody is asked for a name: no token is sent. Throws `UserError` that names a variable. */
export function neuronpediaEnvironment(variables: Variables = process.env): HubEnvironment {
  return {
    endpoint: endpointOf(VARIABLE, variables[VARIABLE], USUAL),
    token: undefined,
    cacheFolder: tmpdir(),
    isOffline: isOffline(variables),
  };
}

export function neuronpediaClient(
  environment: HubEnvironment,
  connection?: HubConnection,
): HubClient {
  return new HubClient(environment, connection, NEURONPEDIA);
}
