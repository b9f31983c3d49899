/** What has come of an archive: figures, losses, the tree of pages, and one of them. */

import { holdsAny } from "./archive.js";
import { byId, described, element } from "./dom.js";
import { bundleName, counted, grouped, sized } from "./format.js";
import { route, routed } from "./links.js";
import { Preview } from "./preview.js";
import { Tree } from "./tree.js";

const LOSSES = 500;
const UNKNOWN = "Content of a kind that the converter does not know. Its words are kept as far as they can be read.";
const MISSING = "What a page refers to but the archive does not describe. The page shows its name, without a link.";

export class Result {
  /** Whether its bundle has been downloaded. */
  isSaved = false;
  #address = "";
  #options;
  #say;
  /** @type {Map<number, number>} how far down the page was, by the mark of the history's entry */
  #positions = new Map();
  #entry = 0;
  #isClosed = false;
  #preview;
  #tree;
  #narrow = matchMedia("(max-width: 52rem)");

  /**
   * Begins an entry of the history, behind which the form stays.
   * @param {import("./bundle.js").Bundle} bundle
   * @param {File} file the archive that it was made from
   * @param {{ assets: boolean }} options that it was made with
   * @param {number} seconds
   * @param {(words: string) => void} say
   */
  constructor(bundle, file, options, seconds, say) {
    this.bundle = bundle;
    this.file = file;
    this.#options = options;
    this.#say = say;
    byId("result-title").textContent = bundle.title;
    byId("origin").textContent = `${file.name}, ${seconds < 1 ? "in less than a second" : `in ${counted(Math.round(seconds), "second")}`}`;
    byId("figures").replaceChildren(...described(figures(bundle, file, options)));
    byId("losses").replaceChildren(...losses(bundle));
    byId("losses").onclick = (event) => {
      if (event.target.closest("a")) this.#preview.focus(); // which brings it into view, too
    };
    this.#offer(file);
    const filter = byId("filter");
    filter.value = "";
    this.#tree = new Tree([...bundle.pages.values()], byId("tree"), byId("hits"));
    this.#preview = new Preview(bundle, say);
    filter.oninput = () => this.#tree.filter(filter.value);
    filter.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#tree.openFirst();
    };
    byId("tree").onclick = (event) => {
      // Who opens a page by a key goes on in it; by a mouse, wherever the mouse goes.
      const opens = event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (opens && event.detail === 0) this.#preview.focus();
    };
    skip("to-page", () => this.#preview.focus());
    skip("to-pages", () => this.#tree.focus());
    byId("with-assets").hidden = true;
    history.pushState(null, "", route(this.#tree.first()));
    this.#show();
  }

  /** Whether the entry of the history that the browser is at is a page of this result. */
  isCurrent() {
    const entry = history.state?.entry;
    return this.bundle.pages.has(routed(location.hash)?.path) && (!entry || this.#positions.has(entry));
  }

  /** Show the page of the current entry, as far down as it was when it was left. */
  arrive() {
    const path = this.#show();
    this.#say(this.#titleOf(path));
    if (this.#narrow.matches) {
      if (!byId("page").contains(document.activeElement)) this.#preview.focus();
      byId("page").scrollIntoView();
    }
  }

  /** Something else is about to be shown. */
  leave() {
    this.#keepPosition();
    this.#entry = 0;
  }

  /** Forget the bundle, and free what the browser keeps of it. */
  close() {
    this.#isClosed = true;
    URL.revokeObjectURL(this.#address);
    this.#preview.close();
    for (const id of ["tree", "losses"]) byId(id).replaceChildren();
  }

  /** @param {File} file */
  #offer(file) {
    const link = byId("download");
    this.#address = URL.createObjectURL(this.bundle.blob);
    link.href = this.#address;
    link.download = bundleName(file.name);
    link.onclick = () => (this.isSaved = true);
    link.textContent = `Download the bundle (${sized(this.bundle.blob.size)})`;
  }

  /** The page that the address names, whose path is the answer. */
  #show() {
    const { path, fragment } = routed(location.hash);
    this.#keepPosition();
    const entry = history.state?.entry ?? newEntry();
    // Where the entry has not changed, a link to this same place was followed.
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

  /** To convert again with what a page shows, if the archive has it and the service would bring it. */
  async #offerMedia() {
    const button = byId("with-assets");
    const missing = this.#preview.missingMedia;
    if (this.#options.assets || !button.hidden || !missing.length) return;
    const offers = (await holdsAny(this.file, missing)) && !byId("assets").disabled;
    if (offers && !this.#isClosed) button.hidden = false;
  }

  #keepPosition() {
    if (this.#entry) this.#positions.set(this.#entry, this.#preview.position);
  }

  /** @param {string} path */
  #titleOf(path) {
    return this.bundle.pages.get(path).title || path;
  }
}

/** @param {string} id of a link to another part of the page @param {() => void} go */
function skip(id, go) {
  byId(id).onclick = (event) => {
    event.preventDefault(); // the address is that of the page
    go();
  };
}

/** A mark that no entry has, those from before a reload included. */
const newEntry = () => crypto.getRandomValues(new Uint32Array(1))[0] + 1;

/** @returns {[string, string, string?][]} */
function figures({ blob, report, pages }, file, options) {
  const sizes = [["Archive", sized(file.size)], ["Bundle, zipped", sized(blob.size)]];
  if (!report) return [["Pages", grouped(pages.size)], ...sizes];
  return [
    ["Pages", grouped(report.pages_converted)],
    ["Skipped pages", grouped(report.pages_skipped.length)],
    ["Unknown nodes", grouped(total(report.unknown_nodes)), UNKNOWN],
    ["Missing references", grouped(report.missing_references), MISSING],
    ...(options.assets ? [["Assets", grouped(report.assets_copied)]] : []),
    sizes[0],
    ["Bundle, unpacked", sized(report.output_bytes)],
    sizes[1],
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
  const items = rows.slice(0, LOSSES).map((row) => element("li", {}, ...row));
  if (rows.length > LOSSES) items.push(element("li", {}, `${grouped(rows.length - LOSSES)} more are in manifest.json.`));
  const hint = meaning ? [element("p", { className: "hint" }, meaning)] : [];
  return [element("details", {}, element("summary", {}, words), ...hint, element("ul", {}, ...items))];
}

/** @param {Record<string, number>} counts */
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
