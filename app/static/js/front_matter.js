/** Front matter as the converter writes it: a `key: value` per line, the value in JSON. */

const FENCED = /^---\n([\s\S]*?)\n---\n/;

/**
 * A page's front matter, its values as text, and what follows it.
 * @param {string} source
 * @returns {{ facts: [string, string][], body: string }}
 */
export function split(source) {
  const match = FENCED.exec(source);
  if (!match) return { facts: [], body: source };
  const facts = match[1].split("\n").flatMap((line) => {
    const colon = line.indexOf(": ");
    return colon > 0 ? [/** @type {[string, string]} */ ([line.slice(0, colon), asText(line.slice(colon + 2))])] : [];
  });
  return { facts, body: source.slice(match[0].length) };
}

/** @param {string} value */
function asText(value) {
  try {
    return [JSON.parse(value)].flat().join(", ");
  } catch {
    return value;
  }
}
