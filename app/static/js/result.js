/** The result of a conversion: figures, losses, the tree of pages, and the preview of one. */

import { holdsAny } from "./archive.js";
import { byId, described, element } from "./dom.js";
import { bundleName, counted, grouped, sized } from "./format.js";
import { route, routed } from "./links.js";
import { Preview } from "./preview.js";
import { Tree } from "./tree.js";

const MAX_LISTED = 500;
const UNKNOWN = "Content of a kind that the converter does not know. Its words are kept as far as they can be read.";
const MISSING = "What a page refers to but the archive does not describe. The page shows its name, without a link.";

export class Result {
  /** Whether its bundle has been downloaded. */
  isSaved = false;
  #address = "";
  #options;
  #announce;
  /** @type {Map<number, number>} scroll positions by the mark of the history entry that they belong to */
  #positions = new Map();
  #entry = 0;
  #isClosed = false;
  #preview;
  #tree;
  #narrow = matchMedia("(max-width: 52rem)");

  /**
   * Shows the result in a new history entry, so that Back leads to the form.
   * @param {import("./bundle.js").Bundle} bundle
   * @param {File} file the archive that it was made from
   * @param {{ assets: boolean }} options that it was made with
   * @param {number} seconds that it took
   * @param {(words: string) => void} announce
   */
  constructor(bundle, file, options, seconds, announce) {
    this.bundle = bundle;
    this.file = file;
    this.#options = options;
    this.#announce = announce;
    byId("result-title").textContent = bundle.title;
    byId("origin").textContent = `${file.name}, ${seconds < 1 ? "in less than a second" : `in ${counted(Math.round(seconds), "second")}`}`;
    byId("figures").replaceChildren(...described(figures(bundle, file, options)));
    byId("losses").replaceChildren(...losses(bundle));
    byId("losses").onclick = (event) => {
      if (event.target.closest("a")) this.#preview.focus(); // which also scrolls to it
    };
    this.#offerDownload(file);
    const filter = byId("filter");
    filter.value = "";
    this.#tree = new Tree([...bundle.pages.values()], byId("tree"), byId("hits"));
    this.#preview = new Preview(bundle, announce);
    filter.oninput = () => this.#tree.filter(filter.value);
    filter.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#tree.openFirst();
    };
    byId("tree").onclick = (event) => {
      // The focus follows a page that was opened by the keyboard.
      const opens = event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (opens && isByKey(event)) this.#preview.focus();
    };
    skip("to-page", () => this.#preview.focus());
    skip("to-pages", () => this.#tree.focus());
    byId("with-assets").hidden = true;
    history.pushState(null, "", route(this.#tree.first()));
    this.#show();
  }

  /** Whether the current history entry is a page of this result. */
  isCurrent() {
    const entry = history.state?.entry;
    return this.bundle.pages.has(routed(location.hash)?.path) && (!entry || this.#positions.has(entry));
  }

  /** Show the page of the current history entry, scrolled to where it was left. */
  restore() {
    const path = this.#show();
    this.#announce(this.#titleOf(path));
    if (this.#narrow.matches) {
      if (!byId("page").contains(document.activeElement)) this.#preview.focus();
      byId("page").scrollIntoView();
    }
  }

  /** Remember the scroll position, before something else is shown. */
  leave() {
    this.#keepPosition();
    this.#entry = 0;
  }

  /** Free the bundle, and what was drawn of it. */
  close() {
    this.#isClosed = true;
    URL.revokeObjectURL(this.#address);
    this.#preview.close();
    for (const id of ["tree", "losses"]) byId(id).replaceChildren();
  }

  /** Set up the link that downloads the bundle. @param {File} file */
  #offerDownload(file) {
    const link = byId("download");
    this.#address = URL.createObjectURL(this.bundle.blob);
    link.href = this.#address;
    link.download = bundleName(file.name);
    link.onclick = () => (this.isSaved = true);
    link.textContent = `Download the bundle (${sized(this.bundle.blob.size)})`;
  }

  /** Show the page that the address names, and return its path. */
  #show() {
    const { path, fragment } = routed(location.hash);
    this.#keepPosition();
    const entry = history.state?.entry ?? newEntry();
    // The entry is the same if a link to the current address was followed: then scroll to its target.
    const position = entry === this.#entry ? undefined : this.#positions.get(entry);
    this.#entry = entry;
    history.replaceState({ entry }, "");
    this.#tree.mark(path);
    this.#preview.show(path, fragment, position);
    this.#offerMedia();
    this.#keepPosition();
    document.title = [...new Set([this.#titleOf(path), this.bundle.title, "docc2context"])].join(" · ");
    return path;
  }

  /** Offer to convert again with assets, if a page lacks some that the archive has. */
  async #offerMedia() {
    const button = byId("with-assets");
    const missing = this.#preview.missingMedia;
    if (this.#options.assets || !button.hidden || !missing.length) return;
    const isPossible = (await holdsAny(this.file, missing)) && !byId("assets").disabled;
    if (isPossible && !this.#isClosed) button.hidden = false;
  }

  #keepPosition() {
    if (this.#entry) this.#positions.set(this.#entry, this.#preview.position);
  }

  /** @param {string} path */
  #titleOf(path) {
    return this.bundle.pages.get(path).title || path;
  }
}

/** @param {string} id of a link that skips to another part of the page @param {() => void} go */
function skip(id, go) {
  byId(id).onclick = (event) => {
    event.preventDefault(); // the fragment of the address names the page that is shown
    go();
  };
}

/** A mark for a history entry: random, because entries from before a reload have some too. */
const newEntry = () => crypto.getRandomValues(new Uint32Array(1))[0] + 1;

/** @returns {[string, string, string?][]} */
function figures({ blob, report, pages }, file, options) {
  const archive = ["Archive", sized(file.size)];
  const zipped = ["Bundle, zipped", sized(blob.size)];
  if (!report) return [["Pages", grouped(pages.size)], archive, zipped];
  return [
    ["Pages", grouped(report.pages_converted)],
    ["Skipped pages", grouped(report.pages_skipped.length)],
    ["Unknown nodes", grouped(total(report.unknown_nodes)), UNKNOWN],
    ["Missing references", grouped(report.missing_references), MISSING],
    ...(options.assets ? [["Assets", grouped(report.assets_copied)]] : []),
    archive,
    ["Bundle, unpacked", sized(report.output_bytes)],
    zipped,
  ];
}

/** @param {import("./bundle.js").Bundle} bundle */
function losses({ report, pages }) {
  if (!report) return [];
  const link = (path, words) => (pages.has(path) ? element("a", { href: route(path) }, words) : words);
  const skipped = report.pages_skipped.map(({ source, reason, path }) => [code(link(path, source)), ` ${reason}`]);
  const unknown = Object.entries(report.unknown_nodes).map(([kind, count]) => [code(kind), ` ${counted(count, "time")}`]);
  const missing = (report.missing ?? []).map(({ page, identifier }) => [code(identifier), " on ", link(page, page)]);
  return [
    ...listed(`${counted(skipped.length, "skipped page")}, with the reason`, skipped),
    ...listed(`${counted(total(report.unknown_nodes), "unknown node")}, by kind`, unknown, UNKNOWN),
    ...listed(`${counted(report.missing_references, "missing reference")}, with the page`, missing, MISSING),
  ];
}

/** @param {Node | string} what */
const code = (what) => element("code", {}, what);

/** @param {string} words @param {(Node | string)[][]} rows @param {string} [meaning] */
function listed(words, rows, meaning) {
  if (!rows.length) return [];
  const items = rows.slice(0, MAX_LISTED).map((row) => element("li", {}, ...row));
  if (rows.length > MAX_LISTED) items.push(element("li", {}, `${grouped(rows.length - MAX_LISTED)} more are in manifest.json.`));
  const hint = meaning ? [element("p", { className: "hint" }, meaning)] : [];
  return [element("details", {}, element("summary", {}, words), ...hint, element("ul", {}, ...items))];
}

/** @param {Record<string, number>} counts */
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Whether a click was made by a key: Firefox counts it as one click, Safari names no pointer. @param {PointerEvent} event */
const isByKey = ({ detail, pointerType }) => detail === 0 || pointerType === "";
