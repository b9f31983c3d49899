/**
 * Results that another one replaced before they were downloaded: their bundles stay on offer.
 *
 * There is no limit, because dropping one would lose it. Only blobs are kept, which do not count as
 * the tab's memory: Chromium moves them to disk or, in a private window, takes no more than 2 GiB.
 */

import { byId, element } from "./dom.js";
import { bundleName, sized } from "./format.js";

export class EarlierResults {
  /** @type {Set<HTMLAnchorElement>} links to bundles that have not been downloaded */
  #unsaved = new Set();

  /** Whether all of them have been downloaded. */
  get isSaved() {
    return this.#unsaved.size === 0;
  }

  /** Add the bundle of a result to the list. @param {import("./result.js").Result} result */
  keep({ bundle: { blob, title }, file }) {
    const properties = { href: URL.createObjectURL(blob), download: bundleName(file.name) };
    const link = element("a", properties, `${title} (${sized(blob.size)})`);
    link.onclick = () => this.#unsaved.delete(link);
    this.#unsaved.add(link);
    byId("earlier-list").append(element("li", {}, link));
    byId("earlier").hidden = false;
  }

  /** Free the bundles that have been downloaded. Not on the click: the browser may still be reading. */
  releaseSaved() {
    for (const link of byId("earlier-list").querySelectorAll("a")) {
      if (this.#unsaved.has(link)) continue;
      URL.revokeObjectURL(link.href);
      link.parentElement.remove();
    }
    byId("earlier").hidden = this.isSaved;
  }
}
