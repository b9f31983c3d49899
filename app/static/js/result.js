/** What has come of an archive: figures, losses, the tree of pages, and one of them. */

import { byId, described, element } from "./dom.js";
import { bundleName, counted, grouped, sized } from "./format.js";
import { route, routed } from "./links.js";
import { Preview } from "./preview.js";
import { Tree } from "./tree.js";

const LOSSES = 500;

export class Result {
  #address = "";
  #moved = () => this.#go(true);
  #preview;
  #tree;
  #narrow = matchMedia("(max-width: 52rem)");

  /**
   * @param {import("./bundle.js").Bundle} bundle
   * @param {File} file the archive that it was made from
   * @param {{ assets: boolean }} options that it was made with
   * @param {number} seconds
   * @param {(words: string) => void} say
   */
  constructor(bundle, file, options, seconds, say) {
    this.bundle = bundle;
    byId("result-title").textContent = bundle.title;
    byId("origin").textContent = `${file.name}, ${seconds < 1 ? "in less than a second" : `in ${counted(Math.round(seconds), "second")}`}`;
    byId("figures").replaceChildren(...described(figures(bundle, file, options)));
    byId("losses").replaceChildren(...losses(bundle.report));
    this.#offer(file);
    const filter = byId("filter");
    filter.value = "";
    this.#tree = new Tree([...bundle.pages.values()], byId("tree"), byId("hits"));
    this.#preview = new Preview(bundle, say);
    filter.oninput = () => this.#tree.filter(filter.value);
    history.replaceState(null, "", route(this.#tree.first()));
    this.#go();
    addEventListener("hashchange", this.#moved);
  }

  /** Forget the bundle, and free what the browser keeps of it. */
  close() {
    removeEventListener("hashchange", this.#moved);
    URL.revokeObjectURL(this.#address);
    history.replaceState(null, "", location.pathname);
    for (const id of ["tree", "rendered", "source", "losses"]) byId(id).replaceChildren();
  }

  /** @param {File} file */
  #offer(file) {
    const link = byId("download");
    this.#address = URL.createObjectURL(this.bundle.blob);
    link.href = this.#address;
    link.download = bundleName(file.name);
    link.textContent = `Download the bundle (${sized(this.bundle.blob.size)})`;
  }

  /** Show the page that the address names. */
  #go(moved = false) {
    const to = routed(location.hash);
    if (!to || !this.bundle.pages.has(to.path)) return;
    this.#tree.mark(to.path);
    this.#preview.show(to.path, to.fragment);
    if (moved && this.#narrow.matches) byId("page").scrollIntoView();
  }
}

/** @returns {[string, string][]} */
function figures({ blob, report, pages }, file, options) {
  const sizes = [["Archive", sized(file.size)], ["Bundle, zipped", sized(blob.size)]];
  if (!report) return [["Pages", grouped(pages.size)], ...sizes];
  return [
    ["Pages", grouped(report.pages_converted)],
    ["Skipped pages", grouped(report.pages_skipped.length)],
    ["Unknown nodes", grouped(total(report.unknown_nodes))],
    ["Missing references", grouped(report.missing_references)],
    ...(options.assets ? [["Assets", grouped(report.assets_copied)]] : []),
    sizes[0],
    ["Unpacked", sized(report.output_bytes)],
    sizes[1],
  ];
}

/** @param {import("./bundle.js").Report | null} report */
function losses(report) {
  if (!report) return [];
  const skipped = report.pages_skipped.map(({ source, reason }) => [source, reason]);
  const unknown = Object.entries(report.unknown_nodes).map(([kind, count]) => [kind, counted(count, "time")]);
  return [
    ...listed(`${counted(skipped.length, "skipped page")}, with the reason`, skipped),
    ...listed(`${counted(total(report.unknown_nodes), "unknown node")}, by kind`, unknown),
  ];
}

/** @param {string} words @param {string[][]} rows */
function listed(words, rows) {
  if (!rows.length) return [];
  const items = rows.slice(0, LOSSES).map(([name, what]) => element("li", {}, element("code", {}, name), ` ${what}`));
  if (rows.length > LOSSES) items.push(element("li", {}, `${grouped(rows.length - LOSSES)} more stand in manifest.json.`));
  return [element("details", {}, element("summary", {}, words), element("ul", {}, ...items))];
}

/** @param {Record<string, number>} counts */
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
