// What the engine, and the user's own checker that it starts, get to see of the editor's environment. It holds keys and
// tokens of other programs, which an opened file must have no way to reach.

/** Exact names: to find programs, folders and libraries, and to speak the user's language. */
const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'XDG_CACHE_HOME',
  'XDG_DATA_HOME',
  'OMP_NUM_THREADS',
  // Windows
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'NUMBER_OF_PROCESSORS',
  // Where models are, and how the network is reached when a user asks for it
  'OLLAMA_MODELS',
  'HF_HOME',
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'TOKENSCOPE_CACHE',
  'LLAMA_CACHE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]);
/** Of the names of a language's categories. */
const PREFIX = 'LC_';

/** The variables of `environment` that are on the list; names in any case, as Windows and proxies spell them. */
export function engineEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isListed = (name: string) => NAMES.has(name.toUpperCase()) || name.startsWith(PREFIX);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isListed(name)));
}
