/**
 * Renders Markdown from an upload as elements that cannot act.
 *
 * Three defences, each sufficient alone: markdown-it accepts no HTML, DOMPurify keeps a short list of
 * elements and attributes, and the page's Content Security Policy lets none of it run or load.
 * Ids, names, classes and styles never pass, so that nothing can pose as a part of the page.
 */

import DOMPurify from "../vendor/dompurify/purify.es.mjs";
import MarkdownIt from "../vendor/markdown-it/markdown-it.esm.min.mjs";
import { element } from "./dom.js";
import { resolve, route } from "./links.js";
import { Slugs } from "./slug.js";

/** The tags that the converter writes where Markdown has no mark: docc2context/markdown/inline.py. */
const OWN_TAGS = /^(?:<\/?(?:em|strong|sup|sub|del)>|<br>|<!-- -->)/;

const ID = "md-";
const TOP_LEVEL = 3;
const PICTURE_BYTES = 8 << 20;
const PICTURES = new Map([
  ["png", "image/png"], ["jpg", "image/jpeg"], ["jpeg", "image/jpeg"], ["gif", "image/gif"],
  ["webp", "image/webp"], ["avif", "image/avif"], ["svg", "image/svg+xml"],
]);

const ALLOWED = {
  ALLOWED_TAGS: [
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
  ],
  ALLOWED_ATTR: ["align", "alt", "data-source", "href", "start", "title"],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const md = new MarkdownIt({ html: false });
md.inline.ruler.before("html_inline", "own_tags", ownTag);
md.core.ruler.push("below_the_page", lowerHeadings);
// Not as `src`: that would be fetched as soon as the element exists. See `showPicture`.
md.renderer.rules.image = (tokens, at) => {
  const source = tokens[at].attrGet("src") ?? "";
  const alt = md.utils.escapeHtml(tokens[at].content);
  return `<img alt="${alt}" data-source="${md.utils.escapeHtml(source)}">`;
};
// markdown-it aligns cells by a style attribute, which the policy forbids.
for (const cell of ["th_open", "td_open"]) {
  md.renderer.rules[cell] = (tokens, at, options, _env, self) => {
    const side = /(left|center|right)/.exec(tokens[at].attrGet("style") ?? "")?.[1];
    tokens[at].attrs = side ? [["align", side]] : null;
    return self.renderToken(tokens, at, options);
  };
}

/**
 * A page, rendered: its headings have ids, its links and pictures lead into the bundle.
 * @param {string} source without its front matter
 * @param {string} path of the page
 * @param {import("./bundle.js").Bundle} bundle
 * @returns {DocumentFragment}
 */
export function rendered(source, path, bundle) {
  const fragment = clean(md.render(source));
  addHeadingIds(fragment);
  for (const link of fragment.querySelectorAll("a")) resolveLink(link, path, bundle);
  for (const picture of fragment.querySelectorAll("img")) showPicture(picture, path, bundle);
  // List markers, table columns and quotation bars go on the side where the text begins.
  for (const block of fragment.querySelectorAll("ul, ol, table, blockquote")) block.dir = "auto";
  for (const table of fragment.querySelectorAll("table")) {
    const scroller = element("div", { className: "scroller" });
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
}

/**
 * HTML as elements, without anything that could act or load.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export const clean = (html) => DOMPurify.sanitize(html, ALLOWED);

/**
 * The heading that a fragment leads to, if there is one.
 * @param {HTMLElement} root
 * @param {string} fragment
 */
export function heading(root, fragment) {
  return root.querySelector(`#${CSS.escape(ID + fragment)}`);
}

function ownTag(state, silent) {
  const match = OWN_TAGS.exec(state.src.slice(state.pos, state.pos + 10));
  if (!match) return false;
  if (!silent) state.push("html_inline", "", 0).content = match[0];
  state.pos += match[0].length;
  return true;
}

/** Make `#` an h3: the page has an h1 and an h2 of its own above the preview. */
function lowerHeadings(state) {
  for (const token of state.tokens) {
    if (token.type === "heading_open" || token.type === "heading_close") {
      token.tag = `h${Math.min(6, Number(token.tag[1]) + TOP_LEVEL - 1)}`;
    }
  }
}

/** Give each heading its id, and let a link to it move the focus there. @param {DocumentFragment} fragment */
function addHeadingIds(fragment) {
  const slugs = new Slugs();
  for (const found of fragment.querySelectorAll("h3, h4, h5, h6")) {
    found.id = ID + slugs.add(found.textContent);
    found.tabIndex = -1;
  }
}

/**
 * Point a link at its target. A link to a file becomes a button that saves it; a dead one, its text.
 * @param {HTMLAnchorElement} link
 */
function resolveLink(link, path, bundle) {
  const target = resolve(link.getAttribute("href") ?? "", path, bundle);
  link.removeAttribute("href");
  if (target.kind === "page") link.href = route(target.path, target.fragment);
  else if (target.kind === "outside") {
    link.href = target.href;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  } else if (target.kind === "file") {
    const button = element("button", { type: "button", className: "file", title: `Save ${target.path}` });
    button.append(...link.childNodes);
    button.onclick = () => save(target.path, bundle);
    link.replaceWith(button);
  } else link.replaceWith(...link.childNodes);
}

/** Show a picture from the bundle; any other is replaced by its alternative text. */
function showPicture(picture, path, bundle) {
  const target = resolve(picture.dataset.source ?? "", path, bundle);
  delete picture.dataset.source;
  const type = target.kind === "file" && PICTURES.get(target.path.split(".").pop().toLowerCase());
  if (!type || bundle.size(target.path) > PICTURE_BYTES) {
    picture.replaceWith(element("span", { className: "missing" }, picture.alt || "A picture"));
    return;
  }
  // As a data URL, which the policy allows; scripts of an SVG do not run in an img.
  const reader = new FileReader();
  reader.onload = () => (picture.src = reader.result);
  reader.readAsDataURL(new Blob([bundle.bytes(target.path)], { type }));
}

/** Have the browser download a file of the bundle. */
function save(path, bundle) {
  const url = URL.createObjectURL(new Blob([bundle.bytes(path)]));
  element("a", { href: url, download: path.split("/").pop() }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
