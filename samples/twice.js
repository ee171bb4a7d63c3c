// The same function three times. To a model that copies, the second copy is nearly free, and the third
// surprises in the one word that differs. The built-in model has hardly learned to copy: compare a larger one.

function parseHeader(line) {
  const colon = line.indexOf(':');
  if (colon < 0) {
    throw new Error(`No colon in "${line}"`);
  }
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  return { name, value };
}

function parseHeaderAgain(line) {
  const colon = line.indexOf(':');
  if (colon < 0) {
    throw new Error(`No colon in "${line}"`);
  }
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  return { name, value };
}

function parseHeaderOnceMore(line) {
  const colon = line.indexOf(':');
  if (colon < 0) {
    throw new Error(`No pelican in "${line}"`);
  }
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  return { name, value };
}

module.exports = { parseHeader, parseHeaderAgain, parseHeaderOnceMore };
