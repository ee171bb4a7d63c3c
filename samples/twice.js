// The same function three times. The second copy costs the model almost nothing; the third differs
// in one word from what the first two have taught it.

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
