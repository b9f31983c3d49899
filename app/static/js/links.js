/** Where the links of a page lead: to another page of the bundle, to a file of it, or outside. */

const INSIDE = "https://bundle.invalid/";
const OUTSIDE = new Set(["http:", "https:", "mailto:"]);

/**
 * @typedef {{ kind: "page", path: string, fragment: string }
 *   | { kind: "file", path: string }
 *   | { kind: "outside", href: string }
 *   | { kind: "nowhere" }} Target
 */

/**
 * @param {string} href as the Markdown has it
 * @param {string} from the page that it stands on
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
 * The address of a page within this one, for `href`: back and forward work by it.
 * @param {string} path
 * @param {string} [fragment]
 */
export function route(path, fragment = "") {
  return `#/${encoded(path)}${fragment ? `#${encodeURIComponent(fragment)}` : ""}`;
}

/**
 * What `route` has made, read back; null if it has not.
 * @param {string} hash
 * @returns {{ path: string, fragment: string } | null}
 */
export function routed(hash) {
  if (!hash.startsWith("#/")) return null;
  const [path, fragment = ""] = hash.slice(2).split("#");
  return { path: decoded(path), fragment: decoded(fragment) };
}

/** @param {string} path */
const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
