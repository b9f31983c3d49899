/** Copying, also where the page comes without TLS and browsers hide `navigator.clipboard`. */

import { element } from "./dom.js";

const REFUSED = "The browser does not let the page copy.";

/**
 * Copy, and show at the button what has come of it until the person does something else.
 * @param {HTMLElement} button
 * @param {string} text
 * @param {string} done what to say if it is copied
 * @param {(words: string) => void} say
 */
export async function copyBy(button, text, done, say) {
  const copied = await copy(text);
  say(copied ? done : REFUSED);
  button.dataset.words ??= button.textContent;
  const note = element("span", { className: "hint" }, REFUSED);
  if (copied) button.textContent = "Copied";
  else button.after(note);
  beforeTheNextAct(() => {
    button.textContent = button.dataset.words;
    note.remove();
  });
}

/** @param {() => void} act */
function beforeTheNextAct(act) {
  const once = new AbortController();
  const first = () => {
    once.abort();
    act();
  };
  // Not by pointerdown: what moves under a finger that is down is missed.
  for (const kind of ["click", "keydown"]) addEventListener(kind, first, { capture: true, signal: once.signal });
}

/** @param {string} text @returns {Promise<boolean>} whether it has been copied */
async function copy(text) {
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
