/** A list that is drawn in parts: a button at its end draws the next one. */

import { element } from "./dom.js";
import { counted } from "./format.js";

const PART = 200;

/** @template One */
export class LongList {
  /** @type {One[]} */ #all;
  /** @type {(one: One) => HTMLElement} */ #item;
  #drawn = 0;
  /** @type {HTMLElement | null} */ #more = null;

  /**
   * @param {One[]} all
   * @param {(one: One) => HTMLElement} item makes the `li` for one
   */
  constructor(all, item) {
    this.element = element("ul");
    this.#all = all;
    this.#item = item;
    this.#draw(PART);
  }

  /** Draw all parts up to the one that holds this item. @param {One} one */
  drawUpTo(one) {
    const index = this.#all.indexOf(one);
    if (index >= this.#drawn) this.#draw(index - (index % PART) + PART);
  }

  /** Draw the items before this index. @param {number} end */
  #draw(end) {
    this.#more?.remove();
    for (const one of this.#all.slice(this.#drawn, end)) this.element.append(this.#item(one));
    this.#drawn = Math.min(end, this.#all.length);
    if (this.#drawn < this.#all.length) this.element.append((this.#more = this.#button()));
  }

  #button() {
    const from = this.#drawn;
    const words = `Show more: ${counted(this.#all.length - from, "page")} left`;
    const more = element("button", { type: "button", className: "more" }, words);
    more.onclick = () => {
      this.#draw(from + PART);
      this.element.children[from].querySelector("a, button").focus();
    };
    return element("li", {}, more);
  }
}
