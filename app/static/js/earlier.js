/**
 * Results that gave way to another before they were saved: their bundles can still be had.
 *
 * All of them, however many: to drop one would lose it. Only blobs are kept, which are none of the
 * tab's memory: Chromium moves them to disk or, in a private window, takes no more than 2 GiB.
 */

import { byId, element } from "./dom.js";
import { bundleName, sized } from "./format.js";

export class Earlier {
  /** @type {Set<HTMLAnchorElement>} that lead to a bundle which nobody has downloaded */
  #unsaved = new Set();

  get isSaved() {
    return this.#unsaved.size === 0;
  }

  /** Offer the bundle of a result, beside the others. @param {import("./result.js").Result} result */
  keep({ bundle: { blob, title }, file }) {
    const properties = { href: URL.createObjectURL(blob), download: bundleName(file.name) };
    const link = element("a", properties, `${title} (${sized(blob.size)})`);
    link.onclick = () => this.#unsaved.delete(link);
    this.#unsaved.add(link);
    byId("earlier-list").append(element("li", {}, link));
    byId("earlier").hidden = false;
  }

  /** Free what has been downloaded. Not at once: the browser may still be at it. */
  tidy() {
    for (const link of byId("earlier-list").querySelectorAll("a")) {
      if (this.#unsaved.has(link)) continue;
      URL.revokeObjectURL(link.href);
      link.parentElement.remove();
    }
    byId("earlier").hidden = this.isSaved;
  }
}
