/** A bundle as the service answers it: a zip of Markdown, read in this tab a file at a time. */

import { unzipSync } from "../vendor/fflate/browser.js";
import { contents } from "./contents.js";

/**
 * @typedef {object} Page
 * @property {string} path inside the bundle
 * @property {string} title
 * @property {string} kind DocC's kind, or empty
 * @property {string} [declaration] if others beside it have its name
 *
 * @typedef {object} Report as `manifest.json` holds it
 * @property {number} pages_converted
 * @property {{ source: string, reason: string, path?: string }[]} pages_skipped
 * @property {Record<string, number>} unknown_nodes
 * @property {number} missing_references
 * @property {{ page: string, identifier: string }[]} [missing] the first of them
 * @property {number} assets_copied
 * @property {number} output_bytes of pages, assets and what lies beside them
 */

const MANIFEST = "manifest.json";
const CONTENTS = "llms.txt";
const ALPHABET = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

export class Bundle {
  /** @type {Uint8Array} */ #zip;
  /** @type {Map<string, number>} sizes by name */ #files = new Map();

  /**
   * @param {Blob} blob
   * @returns {Promise<Bundle>} rejected if it is no zip with pages
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
    // The operator's own converter writes none.
    const manifest = this.has(MANIFEST) ? JSON.parse(this.text(MANIFEST)) : null;
    /** @type {Report | null} */
    this.report = manifest?.report ?? null;
    /** @type {string} */
    this.title = manifest?.title || "Documentation";
    /** @type {Map<string, Page>} in the order of their authors */
    this.pages = new Map(this.#ordered(this.#pages(manifest)).map((page) => [page.path, page]));
    if (this.pages.size === 0) throw new Error("The bundle has no pages.");
  }

  /** @param {string} path */
  has(path) {
    return this.#files.has(path);
  }

  /** Inflates one file. @param {string} path which it has @returns {Uint8Array} */
  bytes(path) {
    return unzipSync(this.#zip, { filter: ({ name }) => name === path })[path];
  }

  /** @param {string} path */
  text(path) {
    return new TextDecoder().decode(this.bytes(path));
  }

  /** @returns {Page[]} */
  #pages(manifest) {
    if (!manifest) {
      const paths = [...this.#files.keys()].filter((name) => name.endsWith(".md"));
      return paths.map((path) => ({ path, title: "", kind: "" }));
    }
    // Where a page could not be converted and others link to it, one stands that says why.
    const notices = (manifest.report?.pages_skipped ?? [])
      .filter((page) => page.path)
      .map((page) => ({ path: page.path, title: page.source, kind: "skipped" }));
    return [...manifest.pages, ...notices].filter((page) => this.has(page.path));
  }

  /** As the contents list them; what they do not list follows in the order of the alphabet. @param {Page[]} pages */
  #ordered(pages) {
    const declarations = contents(this.has(CONTENTS) ? this.text(CONTENTS) : "");
    const places = new Map([...declarations.keys()].map((path, place) => [path, place]));
    const place = (page) => places.get(page.path) ?? places.size;
    return pages
      .sort((a, b) => place(a) - place(b) || ALPHABET.compare(a.title || a.path, b.title || b.path))
      .map((page) => ({ ...page, declaration: declarations.get(page.path) }));
  }
}
