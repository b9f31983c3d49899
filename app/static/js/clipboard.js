/** Copying text, even without TLS, where browsers hide `navigator.clipboard`. */

import { element } from "./dom.js";

const REFUSED = "The browser does not let the page copy.";

/**
 * Copy, and show the outcome on or beside the button until the next click or key.
 * @param {HTMLElement} button
 * @param {string} text
 * @param {string} done what to announce if it has been copied
 * @param {(words: string) => void} announce
 */
export async function copyFrom(button, text, done, announce) {
  const copied = await copy(text);
  announce(copied ? done : REFUSED);
  button.dataset.words ??= button.textContent;
  const note = element("span", { className: "hint" }, REFUSED);
  if (copied) button.textContent = "Copied";
  else button.after(note);
  onNextInput(() => {
    button.textContent = button.dataset.words;
    note.remove();
  });
}

/** Call `undo` before the next click or key is handled. @param {() => void} undo */
function onNextInput(undo) {
  const once = new AbortController();
  const first = () => {
    once.abort();
    undo();
  };
  // Not on pointerdown: if the button changed its size then, the click could miss its target.
  for (const kind of ["click", "keydown"]) addEventListener(kind, first, { capture: true, signal: once.signal });
}

/** @param {string} text @returns {Promise<boolean>} whether it was copied */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const field = element("textarea", { value: text, className: "visually-hidden", "aria-hidden": "true" });
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
