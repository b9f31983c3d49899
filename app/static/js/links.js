/** Where a page's links lead: to a page or a file of the bundle, or to the web. */

const INSIDE = "https://bundle.invalid/";
const OUTSIDE = new Set(["http:", "https:", "mailto:"]);

/**
 * @typedef {{ kind: "page", path: string, fragment: string }
 *   | { kind: "file", path: string }
 *   | { kind: "outside", href: string }
 *   | { kind: "nowhere" }} Target
 */

/**
 * The target of a link.
 * @param {string} href as the Markdown has it
 * @param {string} from path of the page that it is on
 * @param {import("./bundle.js").Bundle} bundle
 * @returns {Target}
 */
export function resolve(href, from, bundle) {
  let url;
  let path;
  try {
    url = new URL(href, INSIDE + encoded(from));
    path = decodeURIComponent(url.pathname.slice(1));
  } catch {
    return { kind: "nowhere" };
  }
  if (!url.href.startsWith(INSIDE)) {
    return OUTSIDE.has(url.protocol) ? { kind: "outside", href: url.href } : { kind: "nowhere" };
  }
  if (bundle.pages.has(path)) return { kind: "page", path, fragment: decoded(url.hash.slice(1)) };
  return bundle.has(path) ? { kind: "file", path } : { kind: "nowhere" };
}

/**
 * The `href` that shows a page of the bundle. It is only a fragment, so Back and Forward work.
 * @param {string} path
 * @param {string} [fragment]
 */
export function route(path, fragment = "") {
  return `#/${encoded(path)}${fragment ? `#${encodeURIComponent(fragment)}` : ""}`;
}

/**
 * The page that a fragment made by `route` leads to; null for any other.
 * @param {string} hash
 * @returns {{ path: string, fragment: string } | null}
 */
export function routed(hash) {
  if (!hash.startsWith("#/")) return null;
  const [path, fragment = ""] = hash.slice(2).split("#");
  return { path: decoded(path), fragment: decoded(fragment) };
}

/** Percent-encode each segment. @param {string} path */
const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

/** Unchanged if it is not validly encoded. @param {string} text */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
