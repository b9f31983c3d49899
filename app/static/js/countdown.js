/** A button that has to wait. */

import { lasting } from "./format.js";

/** @type {WeakMap<HTMLElement, number>} */
const timers = new WeakMap();

/**
 * Let a button do nothing for so long, and say so on it. It can still be reached by the keyboard, and
 * no screen reader is told of each second.
 * @param {HTMLElement} button
 * @param {number} seconds
 */
export function countDown(button, seconds) {
  clearInterval(timers.get(button));
  button.dataset.words ??= button.textContent;
  const ends = Date.now() + 1000 * seconds; // timers of hidden tabs come late
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
