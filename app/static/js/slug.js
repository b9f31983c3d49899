/** Fragments of headings, by the rule of docc2context/markdown/slug.py; a test compares the two. */

const DROPPED = /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\- ]/gu;

/** @param {string} text a heading's plain text */
export const slug = (text) => text.trim().toLowerCase().replace(DROPPED, "").replaceAll(" ", "-");

/** Fragments within one page: a second heading of the same text gets `-1`, a third `-2`. */
export class Slugs {
  /** @type {Map<string, number>} */ #seen = new Map();

  /** @param {string} text */
  add(text) {
    const base = slug(text);
    let fragment = base;
    while (this.#seen.has(fragment)) {
      const count = this.#seen.get(base) + 1;
      this.#seen.set(base, count);
      fragment = `${base}-${count}`;
    }
    this.#seen.set(fragment, 0);
    return fragment;
  }
}
