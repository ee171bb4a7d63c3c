// The same function three times. To a model that copies, the second copy costs less than the first, and the third
// surprises in the one word that differs. A larger model copies better than the built-in one: compare.

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
