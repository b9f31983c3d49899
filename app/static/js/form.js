/** The choice of an archive: by the form's file field, or by dropping one anywhere on the page. */

import { byId } from "./dom.js";
import { folder, noFile, several } from "./errors.js";

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
  const mark = (event) => {
    event.preventDefault(); // else the browser would open the file and leave the page
    const welcome = isOpen();
    event.dataTransfer.dropEffect = welcome ? "copy" : "none";
    form.classList.toggle("over", welcome);
  };
  addEventListener("dragenter", mark);
  addEventListener("dragover", mark);
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (isOpen()) take(event.dataTransfer, field, chosen, refused);
  });
}

function take(dropped, field, chosen, refused) {
  if (dropped.files.length > 1) return refused(several());
  if (dropped.files.length === 0) return refused(noFile());
  if (dropped.items[0]?.webkitGetAsEntry?.()?.isDirectory) return refused(folder());
  field.files = dropped.files;
  return chosen(dropped.files[0]);
}
