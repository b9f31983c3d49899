/** Reads `llms.txt` as the converter writes it: one page per line, in order. */

import { decoded } from "./links.js";

/** A link, and after a name that several pages share its declaration: docc2context/bundle/llms_txt.py. */
const LINE = /^- \[(?:\\.|[^\\])*?\]\(([^\s)]+)\)(?: \((`+) ?(.*?) ?\2\))?/;

/**
 * @param {string} text
 * @returns {Map<string, string>} each page's path and its declaration, empty without one, in order
 */
export function contents(text) {
  const pages = new Map();
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match) pages.set(decoded(match[1]), match[3] ?? "");
  }
  return pages;
}
