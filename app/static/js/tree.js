/**
 * The pages of a bundle as a tree, and as the list of those that a filter finds.
 *
 * Of 50,000 pages only those are made into elements that can be seen: a branch when it is opened,
 * and of a long one a part at a time.
 */

import { element } from "./dom.js";
import { counted } from "./format.js";
import { route } from "./links.js";
import { LongList } from "./long_list.js";
import { entry, found, words } from "./search.js";

const SMALL = 40;
const ORDER = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * @typedef {object} Branch a page, a folder, or both under one name
 * @property {string} name
 * @property {import("./bundle.js").Page | null} page
 * @property {Map<string, Branch>} below
 */

/** @param {Iterable<import("./bundle.js").Page>} pages @returns {Branch} */
export function grown(pages) {
  const root = branch("");
  for (const page of pages) {
    let at = root;
    for (const name of page.path.replace(/\.md$/, "").split("/")) {
      let next = at.below.get(name);
      if (!next) at.below.set(name, (next = branch(name)));
      at = next;
    }
    at.page = page;
  }
  return root;
}

/** @param {string} name @returns {Branch} */
const branch = (name) => ({ name, page: null, below: new Map() });

/** @param {Branch} one */
const label = (one) => one.page?.title || one.name;

export class Tree {
  #root;
  #entries;
  #list;
  #note;
  #current = "";
  /** @type {Map<string, () => void>} what opens the branch of a path, once it has an element */
  #openers = new Map();

  /**
   * @param {import("./bundle.js").Page[]} pages
   * @param {HTMLElement} list where the tree goes
   * @param {HTMLElement} note where is said how many a filter finds
   */
  constructor(pages, list, note) {
    this.#entries = pages.map(entry);
    this.#root = grown(pages);
    this.#list = list;
    this.#note = note;
    this.#showTree();
  }

  /** The page to begin with: the first that nothing else is above. */
  first() {
    let level = [...this.#root.below.values()];
    while (level.length) {
      const found = level.find((one) => one.page);
      if (found) return found.page.path;
      level = level.flatMap((one) => [...one.below.values()]);
    }
    return this.#entries[0].page.path;
  }

  /** Mark a page as the one that is shown, and open the branches above it. @param {string} path */
  mark(path) {
    this.#current = path;
    const names = path.split("/");
    for (let depth = 1; depth < names.length; depth += 1) {
      this.#openers.get(names.slice(0, depth).join("/"))?.();
    }
    for (const link of this.#list.querySelectorAll("a")) this.#markLink(link);
  }

  /** Show the pages that are found by these words; all, if there are none. @param {string} filter */
  filter(filter) {
    const wanted = words(filter);
    if (!wanted.length) return this.#showTree();
    const hits = found(this.#entries, wanted);
    const list = new LongList(hits, (page) => {
      const where = element("span", { className: "where" }, page.path);
      return element("li", {}, this.#link(page, page.title || page.path, where));
    });
    list.element.className = "hits";
    this.#list.replaceChildren(list.element);
    this.#note.textContent = `${counted(hits.length, "page")} found.`;
  }

  #showTree() {
    this.#openers.clear();
    this.#list.replaceChildren(this.#children(this.#root, ""));
    this.#note.textContent = `${counted(this.#entries.length, "page")}.`;
    this.#openTrunk();
    if (this.#current) this.mark(this.#current);
  }

  /** All branches of a small tree; of a large one, the folders down to the first fork. */
  #openTrunk() {
    if (this.#entries.length <= SMALL) {
      for (const [, open] of this.#openers) open(); // a Map goes on with what is added meanwhile
      return;
    }
    let path = "";
    let at = this.#root;
    while (at.below.size === 1) {
      at = at.below.values().next().value;
      path = path ? `${path}/${at.name}` : at.name;
      this.#openers.get(path)?.();
    }
  }

  /** @param {Branch} of @param {string} path */
  #children(of, path) {
    const sorted = [...of.below.values()].sort((a, b) => ORDER.compare(label(a), label(b)));
    const item = (one) => this.#item(one, path ? `${path}/${one.name}` : one.name);
    return new LongList(sorted, item).element;
  }

  /** @param {Branch} one @param {string} path */
  #item(one, path) {
    const item = element("li");
    const name = one.page
      ? this.#link(one.page, label(one))
      : element("span", { className: "folder" }, one.name);
    if (one.below.size) item.append(this.#twig(one, path, item));
    item.append(name);
    return item;
  }

  #twig(one, path, item) {
    const twig = element("button", {
      type: "button",
      className: "twig",
      "aria-expanded": "false",
      "aria-label": `Pages under ${label(one)}`,
    });
    let list = null;
    const turn = (open) => {
      if (open && !list) item.append((list = this.#children(one, path)));
      if (list) list.hidden = !open;
      twig.setAttribute("aria-expanded", String(open));
    };
    twig.onclick = () => turn(twig.getAttribute("aria-expanded") === "false");
    this.#openers.set(path, () => turn(true));
    return twig;
  }

  #link(page, words, ...rest) {
    const name = element("span", { className: page.kind === "symbol" ? "symbol" : "" }, words);
    const link = element("a", { href: route(page.path) }, name, ...rest);
    link.dataset.path = page.path;
    this.#markLink(link);
    return link;
  }

  /** @param {HTMLAnchorElement} link */
  #markLink(link) {
    if (link.dataset.path === this.#current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
