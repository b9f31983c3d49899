/** Copying, also where the page comes without TLS and browsers hide `navigator.clipboard`. */

import { element } from "./dom.js";

/** @param {string} text @returns {Promise<boolean>} whether it has been copied */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** @param {string} text */
function copiedBySelection(text) {
  const field = element("textarea", { value: text, className: "visually-hidden", "aria-hidden": "true" });
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
