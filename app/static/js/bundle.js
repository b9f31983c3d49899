/** A bundle as the service sends it: a zip of Markdown, inflated in this tab one file at a time. */

import { unzipSync } from "../vendor/fflate/browser.js";
import { contents } from "./contents.js";

/**
 * @typedef {object} Page
 * @property {string} path inside the bundle
 * @property {string} title
 * @property {string} kind DocC's kind, or empty
 * @property {string} [declaration] what tells it from other pages of the same name
 *
 * @typedef {object} Report as `manifest.json` holds it
 * @property {number} pages_converted
 * @property {{ source: string, reason: string, path?: string }[]} pages_skipped
 * @property {Record<string, number>} unknown_nodes
 * @property {number} missing_references
 * @property {{ page: string, identifier: string }[]} [missing] the first 100 of them
 * @property {number} assets_copied
 * @property {number} output_bytes of all files of the bundle, before compression
 */

const MANIFEST = "manifest.json";
/** How one of ours begins: docc2context/bundle/manifest.py. */
const OUR_MANIFEST = /^\{"format":\d+,"converter":\{"name":"docc2context"[,}]/;
const CONTENTS = "llms.txt";
const ALPHABET = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

export class Bundle {
  /** @type {Uint8Array} */ #zip;
  /** @type {Map<string, number>} sizes by name */ #files = new Map();

  /**
   * @param {Blob} blob
   * @returns {Promise<Bundle>} rejected if it is not a zip that holds pages
   */
  static async of(blob) {
    return new Bundle(blob, new Uint8Array(await blob.arrayBuffer()));
  }

  /** @param {Blob} blob @param {Uint8Array} zip */
  constructor(blob, zip) {
    this.blob = blob;
    this.#zip = zip;
    unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        this.#files.set(name, originalSize);
        return false;
      },
    });
    const manifest = this.#manifest();
    /** @type {Report | null} */
    this.report = manifest?.report ?? null;
    /** @type {string} */
    this.title = manifest?.title || "Documentation";
    /** @type {Map<string, Page>} by path, in the order in which their authors list them */
    this.pages = new Map(this.#ordered(this.#pages(manifest)).map((page) => [page.path, page]));
    if (this.pages.size === 0) throw new Error("The bundle has no pages.");
  }

  /** @param {string} path */
  has(path) {
    return this.#files.has(path);
  }

  /** In bytes, inflated. @param {string} path of a file that the bundle has */
  size(path) {
    return this.#files.get(path);
  }

  /** Inflate one file. @param {string} path of a file that the bundle has @returns {Uint8Array} */
  bytes(path) {
    return unzipSync(this.#zip, { filter: ({ name }) => name === path })[path];
  }

  /** @param {string} path */
  text(path) {
    return new TextDecoder().decode(this.bytes(path));
  }

  /** Null if the operator has set another converter, which writes none or one of its own. */
  #manifest() {
    const text = this.has(MANIFEST) ? this.text(MANIFEST) : "";
    return OUR_MANIFEST.test(text) ? JSON.parse(text) : null;
  }

  /** @returns {Page[]} */
  #pages(manifest) {
    if (!manifest) {
      const paths = [...this.#files.keys()].filter((name) => name.endsWith(".md"));
      return paths.map((path) => ({ path, title: "", kind: "" }));
    }
    // A page that could not be converted, and that others link to, is replaced by one that says why.
    const notices = (manifest.report?.pages_skipped ?? [])
      .filter((page) => page.path)
      .map((page) => ({ path: page.path, title: page.source, kind: "skipped" }));
    return [...manifest.pages, ...notices].filter((page) => this.has(page.path));
  }

  /** Pages in the order of `llms.txt`; those that it does not list follow by title. @param {Page[]} pages */
  #ordered(pages) {
    const declarations = contents(this.has(CONTENTS) ? this.text(CONTENTS) : "");
    const places = new Map([...declarations.keys()].map((path, place) => [path, place]));
    const place = (page) => places.get(page.path) ?? places.size;
    return pages
      .sort((a, b) => place(a) - place(b) || ALPHABET.compare(a.title || a.path, b.title || b.path))
      .map((page) => ({ ...page, declaration: declarations.get(page.path) }));
  }
}
