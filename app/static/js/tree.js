/**
 * The pages of a bundle as a tree, and as the list of those that a filter finds.
 *
 * A bundle may have 50,000 pages, so elements are made only for those that are shown: for a branch
 * when it is opened, and for a long one in parts.
 */

import { breakable, element } from "./dom.js";
import { counted } from "./format.js";
import { route } from "./links.js";
import { LongList } from "./long_list.js";
import { entries, found, words } from "./search.js";

/** A tree of up to this many pages is shown with all its branches open. */
const SMALL = 40;

/**
 * @typedef {object} Branch a page, a folder, or both if they share a name
 * @property {string} name
 * @property {import("./bundle.js").Page | null} page
 * @property {Map<string, Branch>} below in the order of the pages
 */

/** The root of the tree of these pages. @param {Iterable<import("./bundle.js").Page>} pages @returns {Branch} */
function treeOf(pages) {
  const root = branch("");
  for (const page of pages) {
    let at = root;
    for (const name of names(page.path)) {
      let next = at.below.get(name);
      if (!next) at.below.set(name, (next = branch(name)));
      at = next;
    }
    at.page = page;
  }
  return root;
}

/** The names on the way from the root to a page. @param {string} path */
const names = (path) => path.replace(/\.md$/, "").split("/");

/** @param {string} name @returns {Branch} */
const branch = (name) => ({ name, page: null, below: new Map() });

/** @param {Branch} one */
const label = (one) => one.page?.title || one.name;

/** What to add to labels that several siblings share. @param {Branch[]} siblings @returns {Map<Branch, string>} */
function distinctions(siblings) {
  const count = new Map();
  for (const one of siblings) count.set(label(one), (count.get(label(one)) ?? 0) + 1);
  const alike = siblings.filter((one) => one.page && count.get(label(one)) > 1);
  return new Map(alike.map((one) => [one, one.page.declaration || `${one.name}.md`]));
}

export class Tree {
  #root;
  #entries;
  #list;
  #note;
  #current = "";
  /** @type {Map<Branch, () => LongList<Branch>>} how to open each branch that has an element */
  #openers = new Map();

  /**
   * @param {import("./bundle.js").Page[]} pages
   * @param {HTMLElement} list where the tree goes
   * @param {HTMLElement} note where the number of pages found is shown
   */
  constructor(pages, list, note) {
    this.#entries = entries(pages);
    this.#root = treeOf(pages);
    this.#list = list;
    this.#note = note;
    this.#showTree();
  }

  /** The path of the page to show first: the first of those with the fewest folders above. */
  first() {
    let level = [...this.#root.below.values()];
    while (level.length) {
      const found = level.find((one) => one.page);
      if (found) return found.page.path;
      level = level.flatMap((one) => [...one.below.values()]);
    }
    return this.#entries[0].page.path;
  }

  /** Mark a page as the one that is shown, and scroll to it. @param {string} path */
  mark(path) {
    this.#current = path;
    let at = this.#root;
    for (const name of names(path)) {
      const next = at.below.get(name);
      this.#openers.get(at)?.().drawUpTo(next);
      at = next;
    }
    for (const link of this.#list.querySelectorAll("a")) {
      this.#markLink(link);
      if (link.dataset.path === path) this.#scrollTo(link);
    }
  }

  /** Show the pages that match; without words, the whole tree. @param {string} filter */
  filter(filter) {
    const wanted = words(filter);
    if (!wanted.length) return this.#showTree();
    const hits = found(this.#entries, wanted);
    const list = new LongList(hits, (page) =>
      element("li", {}, this.#link(page, page.title || page.path, page.path)),
    );
    list.element.className = "hits";
    this.#openers.clear();
    this.#fill(list, hits.length ? `${counted(hits.length, "page")} found.` : "No page has this in its title or path.");
  }

  /** Open the first page that the filter has found. */
  openFirst() {
    this.#list.querySelector(".hits a")?.click();
  }

  /** Focus the link of the page that is shown, or the first link if the filter leaves that out. */
  focus() {
    this.mark(this.#current); // which opens its branch: a link in a closed one takes no focus
    (this.#list.querySelector("a[aria-current]") ?? this.#list.querySelector("a"))?.focus();
  }

  #showTree() {
    this.#openers.clear();
    const list = this.#children(this.#root);
    this.#openers.set(this.#root, () => list);
    this.#fill(list, `${counted(this.#entries.length, "page")}.`);
    this.#openTrunk();
    if (this.#current) this.mark(this.#current);
  }

  /** @param {LongList<unknown>} list @param {string} note */
  #fill(list, note) {
    this.#list.replaceChildren(list.element);
    this.#list.scrollTop = 0;
    this.#note.textContent = note;
  }

  /** All branches of a small tree; of a large one, the folders down to the first fork. */
  #openTrunk() {
    if (this.#entries.length <= SMALL) {
      for (const [, open] of this.#openers) open(); // a Map goes on with what is added meanwhile
      return;
    }
    let at = this.#root;
    while (at.below.size === 1) {
      at = at.below.values().next().value;
      this.#openers.get(at)?.();
    }
  }

  /** The list of what is directly below a branch. @param {Branch} of */
  #children(of) {
    const siblings = [...of.below.values()];
    const apart = distinctions(siblings);
    return new LongList(siblings, (one) => this.#item(one, apart.get(one)));
  }

  /** @param {Branch} one @param {string} [distinction] */
  #item(one, distinction) {
    const item = element("li");
    const name = one.page
      ? this.#link(one.page, label(one), distinction)
      : element("span", { className: "folder" }, one.name);
    if (one.below.size) item.append(this.#toggle(one, item));
    item.append(name);
    return item;
  }

  /** The button that opens and closes a branch. @param {Branch} one @param {HTMLElement} item */
  #toggle(one, item) {
    const toggle = element("button", {
      type: "button",
      className: "twig",
      "aria-expanded": "false",
      "aria-label": `Pages under ${label(one)}`,
    });
    let list = null;
    const setOpen = (open) => {
      if (!list) item.append((list = this.#children(one)).element);
      list.element.hidden = !open;
      toggle.setAttribute("aria-expanded", String(open));
      return list;
    };
    toggle.onclick = () => setOpen(toggle.getAttribute("aria-expanded") === "false");
    this.#openers.set(one, () => setOpen(true));
    return toggle;
  }

  /** @param {import("./bundle.js").Page} page @param {string} words @param {string} [below] a path or declaration */
  #link(page, words, below) {
    const name = element("span", { className: page.kind === "symbol" ? "symbol" : "" }, words);
    const link = element("a", { href: route(page.path) }, name);
    if (below) link.append(element("span", { className: "where" }, ...breakable(below)));
    link.dataset.path = page.path;
    this.#markLink(link);
    return link;
  }

  /** @param {HTMLAnchorElement} link */
  #markLink(link) {
    if (link.dataset.path === this.#current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  /** Scroll the list to the link; `scrollIntoView` would scroll the window too. @param {HTMLElement} link */
  #scrollTo(link) {
    const pane = this.#list.getBoundingClientRect();
    const { top, bottom, right } = link.getBoundingClientRect();
    if (top < pane.top) this.#list.scrollTop += top - pane.top;
    else if (bottom > pane.bottom) this.#list.scrollTop += bottom - pane.bottom;
    this.#list.scrollLeft += right - pane.left - this.#list.clientWidth; // back to 0 but for a deep one
  }
}
