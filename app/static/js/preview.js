/** One page of the bundle: rendered, or as the Markdown that it is. */

import { copyBy } from "./clipboard.js";
import { byId, described, element } from "./dom.js";
import { sized } from "./format.js";
import { split } from "./front_matter.js";
import { heading, rendered } from "./markdown.js";

/** Rendered in half a second; the longest page met has less than half of it. */
const SHOWN_CHARACTERS = 256 * 1024;

/** Pixels between a heading that a link leads to and the edge. */
const ROOM_ABOVE = 16;

export class Preview {
  #path = "";
  #source = "";
  #rendered = byId("rendered");
  #markdown = byId("source");
  #modes = { rendered: byId("show-rendered"), source: byId("show-source") };
  #copy = byId("copy");
  #resized = new ResizeObserver(() => this.#openToKeys());

  /**
   * @param {import("./bundle.js").Bundle} bundle
   * @param {(words: string) => void} say
   */
  constructor(bundle, say) {
    this.bundle = bundle;
    this.#modes.rendered.onclick = () => this.#turn("rendered");
    this.#modes.source.onclick = () => this.#turn("source");
    this.#copy.onclick = () => copyBy(this.#copy, this.#source, "The Markdown of the page is copied.", say);
    this.#turn("rendered");
    this.#resized.observe(this.#rendered); // to be shown after having been hidden is a size too
  }

  /** Let go of the page. */
  close() {
    this.#resized.disconnect();
    for (const pane of [this.#rendered, this.#markdown]) pane.replaceChildren();
  }

  /**
   * @param {string} path of a page that the bundle has
   * @param {string} fragment or empty
   * @param {number} [position] how far down it was before
   */
  show(path, fragment, position) {
    const again = path === this.#path;
    if (!again) {
      this.#path = path;
      this.#source = this.bundle.text(path);
      byId("page-path").textContent = path;
      this.#fill();
    }
    const target = fragment ? heading(this.#rendered, fragment) : null;
    if (target) this.#turn("rendered");
    if (position === undefined) this.#scrollTo(target);
    else this.#pane.scrollTop = position;
    // A link that was followed in the preview may be gone, and the keyboard's place with it; one to
    // the page that is shown already leads into it.
    if (target || again || document.activeElement === document.body) {
      (target ?? this.#pane).focus({ preventScroll: true });
    }
  }

  /** How far down the page is, in pixels. */
  get position() {
    return this.#pane.scrollTop;
  }

  /** The files of images and videos that are told by their words, as where none came along. */
  get missingMedia() {
    const told = /^(?:Image|Video): (?:.* \()?(.*?)\)?$/s; // docc2context/render/inline.py
    const words = [...this.#rendered.querySelectorAll("em")].map((one) => told.exec(one.textContent));
    return words.flatMap((match) => (match ? [match[1]] : []));
  }

  focus() {
    this.#pane.focus();
  }

  /** What is seen of the two. */
  get #pane() {
    return this.#rendered.hidden ? this.#markdown : this.#rendered;
  }

  /** Within the preview alone: the window stays where it is. @param {Element | null} target */
  #scrollTo(target) {
    const pane = this.#rendered;
    pane.scrollTop = this.#markdown.scrollTop = 0;
    if (!target) return;
    const distance = target.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop = distance - ROOM_ABOVE;
  }

  #fill() {
    const shown = this.#source.slice(0, SHOWN_CHARACTERS);
    const cut = shown.length < this.#source.length ? [notice(this.#source.length)] : [];
    const { facts, body } = split(shown);
    const content = rendered(body, this.#path, this.bundle);
    this.#rendered.replaceChildren(...cut, content, ...headOf(facts));
    this.#markdown.replaceChildren(...cut.map((one) => one.cloneNode(true)), element("pre", {}, shown));
    this.#openToKeys();
  }

  /** What scrolls has to be reached by the keyboard too; what is not shown has no width to measure. */
  #openToKeys() {
    if (this.#rendered.hidden) return;
    for (const block of this.#rendered.querySelectorAll("pre, .scroller")) {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  }

  /** @param {"rendered" | "source"} mode */
  #turn(mode) {
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
