/** A list that is drawn a part at a time: a button at its end brings the next. */

import { element } from "./dom.js";
import { counted } from "./format.js";

const AT_ONCE = 200;

/** @template One */
export class LongList {
  /** @type {One[]} */ #all;
  /** @type {(one: One) => HTMLElement} */ #item;
  #drawn = 0;
  /** @type {HTMLElement | null} */ #more = null;

  /**
   * @param {One[]} all
   * @param {(one: One) => HTMLElement} item makes the element of one
   */
  constructor(all, item) {
    this.element = element("ul");
    this.#all = all;
    this.#item = item;
    this.#draw(AT_ONCE);
  }

  /** Draw all parts up to that which holds this one. @param {One} one */
  bring(one) {
    const at = this.#all.indexOf(one);
    if (at >= this.#drawn) this.#draw(at - (at % AT_ONCE) + AT_ONCE);
  }

  /** @param {number} end */
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
      this.#draw(from + AT_ONCE);
      this.element.children[from].querySelector("a, button").focus();
    };
    return element("li", {}, more);
  }
}
