/** A button that does nothing until a time is over. */

import { lasting } from "./format.js";

/** @type {WeakMap<HTMLElement, number>} */
const timers = new WeakMap();

/**
 * Disable a button for some seconds, and count them down on it. It stays in the tab order, and the
 * countdown is not announced by screen readers.
 * @param {HTMLElement} button
 * @param {number} seconds
 */
export function countDown(button, seconds) {
  clearInterval(timers.get(button));
  button.dataset.words ??= button.textContent;
  const ends = Date.now() + 1000 * seconds; // not by counting ticks: timers of hidden tabs are late
  const show = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    button.textContent = left > 0 ? `${button.dataset.words} in ${lasting(left)}` : button.dataset.words;
    if (left > 0) return button.setAttribute("aria-disabled", "true");
    button.removeAttribute("aria-disabled");
    clearInterval(timers.get(button));
  };
  timers.set(button, setInterval(show, 1000));
  show();
}

/** @param {HTMLElement} button */
export const isWaiting = (button) => button.hasAttribute("aria-disabled");
