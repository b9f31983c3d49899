/** Building and finding elements. Text becomes text nodes: nothing here parses markup. */

/**
 * The element with this id. Throws if the page has none.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/**
 * A new element. Names with a dash are set as attributes, all others as properties.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, String(value));
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/**
 * A sentence as nodes: what stands between backquotes becomes code, as in the catalogue of errors.
 * @param {string} sentence
 * @returns {(Node | string)[]}
 */
export function withCode(sentence) {
  return sentence.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

/**
 * A path as nodes: a line that is too short for it ends behind a slash, not within a name.
 * @param {string} path
 * @returns {(Node | string)[]}
 */
export function breakable(path) {
  const parts = path.match(/[^/]+\/?|\//g) ?? []; // Safari before 16.4 knows no lookbehind
  return parts.flatMap((part, i) => (i ? [element("wbr"), part] : [part]));
}

/**
 * The rows of a description list.
 * @param {[string, string | Node, string?][]} facts name, value, and what the name means
 * @returns {Node[]}
 */
export function described(facts) {
  return facts.flatMap(([name, value, meaning = ""]) => [
    element("div", {}, element("dt", { title: meaning }, name), element("dd", {}, value)),
  ]);
}
