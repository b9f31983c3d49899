/** The choice of an archive: by the form's file field, or by dropping one anywhere on the page. */

import { byId } from "./dom.js";
import { folder, several } from "./errors.js";

/**
 * @param {(file: File) => void} chosen by the form's button or by a drop
 * @param {(failure: import("./errors.js").Failure) => void} refused
 * @param {() => boolean} isOpen whether a drop is welcome now
 */
export function watchForm(chosen, refused, isOpen) {
  const form = byId("form");
  const field = byId("file");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    chosen(field.files[0]);
  });
  watchDrops(isOpen, (dropped) => take(dropped, field, chosen, refused));
}

/** @param {() => boolean} isOpen @param {(dropped: DataTransfer) => void} taken */
function watchDrops(isOpen, taken) {
  let isOurs = false; // Chromium calls a picture of the page a file, too
  addEventListener("dragstart", () => (isOurs = true));
  addEventListener("dragend", () => (isOurs = false));
  const on = (kind, act) =>
    addEventListener(kind, (event) => {
      if (isOurs || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault(); // else the browser would open the file and leave the page
      act(event);
    });
  const show = (isWelcome) => document.body.classList.toggle("over", isWelcome);
  const mark = (event) => {
    event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
    show(isOpen());
  };
  on("dragenter", mark);
  on("dragover", mark);
  on("dragleave", (event) => {
    if (!event.relatedTarget) show(false);
  });
  on("drop", (event) => {
    show(false);
    if (isOpen()) taken(event.dataTransfer);
  });
}

function take(dropped, field, chosen, refused) {
  if (dropped.files.length > 1) return refused(several());
  if (dropped.items[0]?.webkitGetAsEntry?.()?.isDirectory) return refused(folder());
  if (dropped.files.length === 0) return; // a picture of another page
  field.files = dropped.files;
  return chosen(dropped.files[0]);
}
