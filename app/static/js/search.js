/** Finds the pages that match a filter, and ranks them. */

/**
 * @typedef {object} Entry what is searched of a page
 * @property {import("./bundle.js").Page} page
 * @property {string} title in lower case
 * @property {string} name the title after those of the pages above, as `trailkit.trail.duration(at:)`
 * @property {string} text everything that is searched, in lower case
 */

/** @param {import("./bundle.js").Page[]} pages @returns {Entry[]} */
export function entries(pages) {
  const byPath = new Map(pages.map((page) => [stem(page.path), page]));
  const names = new Map();
  const named = (path) => {
    if (!names.has(path)) names.set(path, fullName(path));
    return names.get(path);
  };
  const fullName = (path) => {
    const [title, outer] = [path, above(path)].map((one) => titleOf(byPath.get(one)));
    if (!outer) return title;
    const within = named(above(path));
    // The title of a case or of a nested type already begins with its type's.
    return title.startsWith(`${outer}.`) ? within.slice(0, -outer.length) + title : `${within}.${title}`;
  };
  return pages.map((page) => {
    const path = stem(page.path);
    const text = [named(path), page.path, path.replaceAll("/", ".")].join(" ").toLowerCase();
    return { page, title: titleOf(page), name: named(path), text };
  });
}

/** @param {import("./bundle.js").Page} [page] */
const titleOf = (page) => (page ? (page.title || page.path).toLowerCase() : "");

/** @param {string} path */
const stem = (path) => path.replace(/\.md$/, "");

/** @param {string} path */
const above = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** The words of a filter. @param {string} filter */
export const words = (filter) => filter.toLowerCase().split(/\s+/).filter(Boolean);

/**
 * The pages whose title, full name or path holds each of these words. First come those with exactly
 * this title, then those whose full name ends so, as `Trail.duration(at:)` does, then those whose
 * title begins so, then those whose title holds all the words, then the others.
 * @param {Entry[]} entries
 * @param {string[]} wanted
 * @returns {import("./bundle.js").Page[]} within each rank in the order of the entries
 */
export function found(entries, wanted) {
  const phrase = wanted.join(" ");
  const ranks = [[], [], [], [], []];
  for (const entry of entries) {
    if (!wanted.every((word) => entry.text.includes(word))) continue;
    ranks[rank(entry, phrase, wanted)].push(entry.page);
  }
  return ranks.flat();
}

/** @param {Entry} entry @param {string} phrase @param {string[]} wanted */
function rank({ title, name }, phrase, wanted) {
  if (title === phrase) return 0;
  if (`.${name}`.endsWith(`.${phrase}`)) return 1;
  if (title.startsWith(phrase)) return 2;
  return wanted.every((word) => title.includes(word)) ? 3 : 4;
}
