/** Which pages a filter finds, and which of them first. */

/**
 * @typedef {object} Entry a page as it is searched
 * @property {import("./bundle.js").Page} page
 * @property {string} title in lower case
 * @property {string} text title and path, in lower case
 */

/** @param {import("./bundle.js").Page} page @returns {Entry} */
export function entry(page) {
  const title = (page.title || page.path).toLowerCase();
  return { page, title, text: `${title} ${page.path.toLowerCase()}` };
}

/** The words of a filter. @param {string} filter */
export const words = (filter) => filter.toLowerCase().split(/\s+/).filter(Boolean);

/**
 * The pages whose title or path holds each of these words: first those whose title they are, then
 * those whose title begins with them, then those whose title holds them all, then the others.
 * @param {Entry[]} entries
 * @param {string[]} wanted
 * @returns {import("./bundle.js").Page[]} in each rank as the entries come
 */
export function found(entries, wanted) {
  const phrase = wanted.join(" ");
  const ranks = [[], [], [], []];
  for (const { page, title, text } of entries) {
    if (!wanted.every((word) => text.includes(word))) continue;
    ranks[rank(title, phrase, wanted)].push(page);
  }
  return ranks.flat();
}

function rank(title, phrase, wanted) {
  if (title === phrase) return 0;
  if (title.startsWith(phrase)) return 1;
  return wanted.every((word) => title.includes(word)) ? 2 : 3;
}
