// The platforms that a package is made for, as VS Code names them, each with the binaries of ONNX Runtime that it needs.

/**
 * @typedef {object} Target
 * @property {string} name as VS Code names it
 * @property {string} folder of the binaries, below bin/napi-v6
 * @property {readonly string[]} binaries
 * @property {number} most megabytes of the package
 */

/** The binding is linked to this name; the file beside it with the whole version is the same again. */
const DARWIN = ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'];
const LINUX = ['onnxruntime_binding.node', 'libonnxruntime.so.1'];
/** DirectML and the compiler of shaders are loaded by models that run on a GPU alone, which none here does. */
const WINDOWS = ['onnxruntime_binding.node', 'onnxruntime.dll'];

/** @type {readonly Target[]} */
export const targets = [
  { name: 'linux-x64', folder: 'linux/x64', binaries: LINUX, most: 56 },
  { name: 'linux-arm64', folder: 'linux/arm64', binaries: LINUX, most: 50 },
  { name: 'darwin-arm64', folder: 'darwin/arm64', binaries: DARWIN, most: 50 },
  { name: 'win32-x64', folder: 'win32/x64', binaries: WINDOWS, most: 50 },
  { name: 'win32-arm64', folder: 'win32/arm64', binaries: WINDOWS, most: 50 },
];

/** Where ONNX Runtime has no build (darwin-x64, alpine): tokens, and the reason why there are no scores. */
/** @type {Target} */
export const anywhere = { name: 'universal', folder: '', binaries: [], most: 50 };

/** @param {string} name */
export function targetNamed(name) {
  const found = [...targets, anywhere].find(target => target.name === name);
  if (found) return found;
  const names = [...targets, anywhere].map(target => target.name).join(', ');
  throw new Error(`There is no target "${name}": there are ${names}.`);
}
