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
import { entries, found, words } from "./search.js";

const SMALL = 40;

/**
 * @typedef {object} Branch a page, a folder, or both under one name
 * @property {string} name
 * @property {import("./bundle.js").Page | null} page
 * @property {Map<string, Branch>} below in the order in which pages have come
 */

/** @param {Iterable<import("./bundle.js").Page>} pages @returns {Branch} */
export function grown(pages) {
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

/** @param {string} path */
const names = (path) => path.replace(/\.md$/, "").split("/");

/** @param {string} name @returns {Branch} */
const branch = (name) => ({ name, page: null, below: new Map() });

/** @param {Branch} one */
const label = (one) => one.page?.title || one.name;

/** What tells these apart of which several have one label. @param {Branch[]} siblings @returns {Map<Branch, string>} */
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
  /** @type {Map<Branch, () => LongList<Branch>>} what opens a branch, once it has an element */
  #openers = new Map();

  /**
   * @param {import("./bundle.js").Page[]} pages
   * @param {HTMLElement} list where the tree goes
   * @param {HTMLElement} note where is said how many a filter finds
   */
  constructor(pages, list, note) {
    this.#entries = entries(pages);
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

  /** Mark a page as the one that is shown, and bring it into view. @param {string} path */
  mark(path) {
    this.#current = path;
    let at = this.#root;
    for (const name of names(path)) {
      const next = at.below.get(name);
      this.#openers.get(at)?.().bring(next);
      at = next;
    }
    for (const link of this.#list.querySelectorAll("a")) {
      this.#markLink(link);
      if (link.dataset.path === path) this.#reveal(link);
    }
  }

  /** Show the pages that are found by these words; all, if there are none. @param {string} filter */
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

  /** Open the first page that a filter has found, as a key on its link would. */
  openFirst() {
    this.#list.querySelector(".hits a")?.click();
  }

  /** Lead the keyboard to the page that is shown, or to the first if a filter has left it out. */
  focus() {
    this.mark(this.#current); // in a branch that has been closed it could not be
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

  /** @param {Branch} of */
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
    if (one.below.size) item.append(this.#twig(one, item));
    item.append(name);
    return item;
  }

  /** @param {Branch} one @param {HTMLElement} item */
  #twig(one, item) {
    const twig = element("button", {
      type: "button",
      className: "twig",
      "aria-expanded": "false",
      "aria-label": `Pages under ${label(one)}`,
    });
    let list = null;
    const turn = (open) => {
      if (!list) item.append((list = this.#children(one)).element);
      list.element.hidden = !open;
      twig.setAttribute("aria-expanded", String(open));
      return list;
    };
    twig.onclick = () => turn(twig.getAttribute("aria-expanded") === "false");
    this.#openers.set(one, () => turn(true));
    return twig;
  }

  /** @param {import("./bundle.js").Page} page @param {string} words @param {string} [small] below them */
  #link(page, words, small) {
    const name = element("span", { className: page.kind === "symbol" ? "symbol" : "" }, words);
    const link = element("a", { href: route(page.path) }, name);
    if (small) link.append(element("span", { className: "where" }, small));
    link.dataset.path = page.path;
    this.#markLink(link);
    return link;
  }

  /** @param {HTMLAnchorElement} link */
  #markLink(link) {
    if (link.dataset.path === this.#current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  /** Scroll so far that the link is seen; `scrollIntoView` would move the window too. @param {HTMLElement} link */
  #reveal(link) {
    const pane = this.#list.getBoundingClientRect();
    const { top, bottom } = link.getBoundingClientRect();
    if (top < pane.top) this.#list.scrollTop += top - pane.top;
    else if (bottom > pane.bottom) this.#list.scrollTop += bottom - pane.bottom;
  }
}
