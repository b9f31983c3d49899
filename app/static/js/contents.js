/** `llms.txt`, as far as the converter writes it: a page a line, in its order. */

/** A link, and of pages that share their name the declaration; docc2context/bundle/llms_txt.py. */
const LINE = /^- \[(?:\\.|[^\\])*?\]\(([^\s)]+)\)(?: \((`+) ?(.*?) ?\2\))?/;

/**
 * @param {string} text
 * @returns {Map<string, string>} the declarations by path, empty where none is told, in order
 */
export function contents(text) {
  const pages = new Map();
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match) pages.set(decodeURIComponent(match[1]), match[3] ?? "");
  }
  return pages;
}
