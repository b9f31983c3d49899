/** The preview of one page of the bundle: rendered, or as Markdown source. */

import { copyFrom } from "./clipboard.js";
import { breakable, byId, described, element } from "./dom.js";
import { sized } from "./format.js";
import { split } from "./front_matter.js";
import { heading, rendered } from "./markdown.js";

/** As many are rendered in half a second; the longest page seen has less than half of them. */
const MAX_CHARACTERS = 256 * 1024;

/** Pixels left above a heading that a link leads to. */
const ROOM_ABOVE = 16;

export class Preview {
  #path = "";
  #source = "";
  #rendered = byId("rendered");
  #markdown = byId("source");
  #modes = { rendered: byId("show-rendered"), source: byId("show-source") };
  #copy = byId("copy");
  #resized = new ResizeObserver(() => this.#makeScrollersFocusable());

  /**
   * @param {import("./bundle.js").Bundle} bundle
   * @param {(words: string) => void} announce
   */
  constructor(bundle, announce) {
    this.bundle = bundle;
    this.#modes.rendered.onclick = () => this.#switchTo("rendered");
    this.#modes.source.onclick = () => this.#switchTo("source");
    this.#copy.onclick = () => copyFrom(this.#copy, this.#source, "The Markdown of the page is copied.", announce);
    this.#switchTo("rendered");
    this.#resized.observe(this.#rendered); // which also notices when it is shown again
  }

  /** Stop, and empty both panes. */
  close() {
    this.#resized.disconnect();
    for (const pane of [this.#rendered, this.#markdown]) pane.replaceChildren();
  }

  /**
   * Show a page, from its beginning unless told otherwise.
   * @param {string} path of a page that the bundle has
   * @param {string} fragment of a heading to scroll to, or empty
   * @param {number} [position] to scroll to instead, in pixels
   */
  show(path, fragment, position) {
    const isShown = path === this.#path;
    if (!isShown) {
      this.#path = path;
      this.#source = this.bundle.text(path);
      byId("page-path").replaceChildren(...breakable(path));
      this.#fill();
    }
    const target = fragment ? heading(this.#rendered, fragment) : null;
    if (target) this.#switchTo("rendered");
    if (position === undefined) this.#scrollTo(target);
    else this.#pane.scrollTop = position;
    // The focus moves here if the link that had it is gone with the last page, or if it was a link
    // into the page that is shown already.
    if (target || isShown || document.activeElement === document.body) {
      (target ?? this.#pane).focus({ preventScroll: true });
    }
  }

  /** How far the page is scrolled down, in pixels. */
  get position() {
    return this.#pane.scrollTop;
  }

  /** The file names of images and videos that the bundle does not have, from the words in their place. */
  get missingMedia() {
    const placeholder = /^(?:Image|Video): (?:.* \()?(.*?)\)?$/s; // docc2context/render/media.py
    const words = [...this.#rendered.querySelectorAll("em")].map((one) => placeholder.exec(one.textContent));
    return words.flatMap((match) => (match ? [match[1]] : []));
  }

  focus() {
    this.#pane.focus();
  }

  /** The pane that is shown. */
  get #pane() {
    return this.#rendered.hidden ? this.#markdown : this.#rendered;
  }

  /** Scroll the preview alone, unlike `scrollIntoView`. @param {Element | null} target */
  #scrollTo(target) {
    const pane = this.#rendered;
    pane.scrollTop = this.#markdown.scrollTop = 0;
    if (!target) return;
    const distance = target.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop = distance - ROOM_ABOVE;
  }

  /** Draw the page in both panes. */
  #fill() {
    const shown = this.#source.slice(0, MAX_CHARACTERS);
    const cut = shown.length < this.#source.length ? [notice(this.#source.length)] : [];
    const { facts, body } = split(shown);
    const content = rendered(body, this.#path, this.bundle);
    this.#rendered.replaceChildren(...cut, content, ...headOf(facts));
    this.#markdown.replaceChildren(...cut.map((one) => one.cloneNode(true)), element("pre", {}, shown));
    this.#makeScrollersFocusable();
  }

  /** Let the keyboard reach what scrolls sideways; what is hidden has no width to measure. */
  #makeScrollersFocusable() {
    if (this.#rendered.hidden) return;
    for (const block of this.#rendered.querySelectorAll("pre, .scroller")) {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  }

  /** @param {"rendered" | "source"} mode */
  #switchTo(mode) {
    this.#rendered.hidden = mode !== "rendered";
    this.#markdown.hidden = mode !== "source";
    for (const [name, button] of Object.entries(this.#modes)) {
      button.setAttribute("aria-pressed", String(name === mode));
    }
  }
}

/** @param {[string, string][]} facts */
function headOf(facts) {
  if (!facts.length) return [];
  const list = element("dl", {}, ...described(facts));
  return [element("details", { className: "facts" }, element("summary", {}, "Front matter"), list)];
}

/** @param {number} length */
function notice(length) {
  const words = `This page is long (about ${sized(length)}), so only its beginning is shown. The bundle has all of it.`;
  return element("p", { className: "notice" }, words);
}
