/** Choosing an archive: by the form's file field, or by a drop anywhere on the page. */

import { byId } from "./dom.js";
import { droppedFolder, severalFiles } from "./errors.js";

/**
 * @param {(file: File) => void} onChosen called for the form's button and for a drop
 * @param {(failure: import("./errors.js").Failure) => void} onRefused called for an unusable drop
 * @param {() => boolean} acceptsDrops whether an archive may be dropped now
 */
export function watchForm(onChosen, onRefused, acceptsDrops) {
  const form = byId("form");
  const field = byId("file");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onChosen(field.files[0]);
  });
  watchDrops(acceptsDrops, (dropped) => take(dropped, field, onChosen, onRefused));
}

/** @param {() => boolean} acceptsDrops @param {(dropped: DataTransfer) => void} onDrop */
function watchDrops(acceptsDrops, onDrop) {
  let isFromPage = false; // Chromium offers a picture of this page as a file, too
  addEventListener("dragstart", () => (isFromPage = true));
  addEventListener("dragend", () => (isFromPage = false));
  const onFiles = (kind, handle) =>
    addEventListener(kind, (event) => {
      if (isFromPage || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault(); // otherwise the browser leaves the page and opens the file
      handle(event);
    });
  const highlight = (isOn) => document.body.classList.toggle("over", isOn);
  const hover = (event) => {
    event.dataTransfer.dropEffect = acceptsDrops() ? "copy" : "none";
    highlight(acceptsDrops());
  };
  onFiles("dragenter", hover);
  onFiles("dragover", hover);
  onFiles("dragleave", (event) => {
    if (!event.relatedTarget) highlight(false); // the window, not just an element, was left
  });
  onFiles("drop", (event) => {
    highlight(false);
    if (acceptsDrops()) onDrop(event.dataTransfer);
  });
}

/** Put a dropped archive into the form's field, as if it had been chosen there. */
function take(dropped, field, onChosen, onRefused) {
  if (dropped.files.length > 1) return onRefused(severalFiles());
  if (dropped.items[0]?.webkitGetAsEntry?.()?.isDirectory) return onRefused(droppedFolder());
  if (dropped.files.length === 0) return; // such as a picture of another page
  field.files = dropped.files;
  return onChosen(dropped.files[0]);
}
