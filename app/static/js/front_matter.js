/** The YAML at the head of a page, as far as the converter writes it: `key: value` a line, in JSON. */

const FENCED = /^---\n([\s\S]*?)\n---\n/;

/**
 * @param {string} source
 * @returns {{ facts: [string, string][], body: string }}
 */
export function split(source) {
  const match = FENCED.exec(source);
  if (!match) return { facts: [], body: source };
  const facts = match[1].split("\n").flatMap((line) => {
    const at = line.indexOf(": ");
    return at > 0 ? [/** @type {[string, string]} */ ([line.slice(0, at), shown(line.slice(at + 2))])] : [];
  });
  return { facts, body: source.slice(match[0].length) };
}

/** @param {string} value */
function shown(value) {
  try {
    return [JSON.parse(value)].flat().join(", ");
  } catch {
    return value;
  }
}
