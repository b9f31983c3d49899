/** Puts the page together: its four states, and what leads from one to the next. */

import { JUDGED_BYTES, flawOf } from "./archive.js";
import { Bundle } from "./bundle.js";
import { copyFrom } from "./clipboard.js";
import { countDown, isWaiting } from "./countdown.js";
import { byId, described, withCode } from "./dom.js";
import { EarlierResults } from "./earlier.js";
import { flawed, noZip, tooLarge, unreadable } from "./errors.js";
import { watchForm } from "./form.js";
import { counted, sized } from "./format.js";
import { routed } from "./links.js";
import { Result } from "./result.js";
import { watchStatus } from "./status.js";
import { CONVERT, Cancelled, Failed, convert } from "./upload.js";
import { Work } from "./work.js";

const TITLE = document.title;

/** @type {File | null} the chosen archive, kept for another try */
let file = null;
/** @type {Result | null} */
let result = null;
/** @type {AbortController | null} */
let running = null;
/** Bytes that an upload may have; unknown until the service has answered. */
let limit = Infinity;
const earlier = new EarlierResults();

/** @param {"empty" | "working" | "failed" | "result"} state */
function enter(state) {
  document.body.dataset.state = state;
  byId("form").hidden = state !== "empty";
  byId("work").hidden = state !== "working";
  byId("failure").hidden = state !== "failed";
  byId("desk").hidden = state === "result";
  byId("result").hidden = state !== "result";
}

/** Have screen readers say this when they are idle. @param {string} words */
function announce(words) {
  byId("said").textContent = words;
}

/** Show why a drop was refused. @param {import("./errors.js").Failure} failure */
function refuse(failure) {
  leaveResult();
  fail(failure);
}

/** Convert an archive, unless one is on its way. @param {File} chosen */
async function start(chosen) {
  if (running) return; // the second click of a double one: its button stays while the file is read
  file = chosen;
  leaveResult();
  running = new AbortController();
  try {
    const flaw = await flawOf(file);
    // Of what is no zip, the service needs only the beginning to say what it is.
    const upload = flaw === "not_a_zip" ? file.slice(0, JUDGED_BYTES) : file;
    const failure = upload.size > limit ? tooLarge(file, limit) : flawed(file, flaw);
    if (failure) fail(failure);
    else await send(upload, running.signal);
  } finally {
    running = null;
  }
}

/** Upload the archive, and show what comes of it. @param {Blob} upload @param {AbortSignal} signal */
async function send(upload, signal) {
  enter("working");
  const work = new Work(file, announce);
  byId("work-title").focus();
  try {
    const options = { assets: byId("assets").checked };
    const answer = await convert(upload, options, work, signal);
    await succeed(answer, options, work.end());
  } catch (error) {
    // Whatever kept the service from saying what it is: another try makes no zip of it.
    if (upload !== file && error instanceof Failed && error.failure.again) fail(noZip(file));
    else end(error);
  } finally {
    work.end();
  }
}

/** @param {import("./upload.js").Answer} answer @param {{ assets: boolean }} options @param {number} seconds */
async function succeed({ bundle: blob, requestId }, options, seconds) {
  let bundle;
  try {
    bundle = await Bundle.of(blob);
  } catch {
    throw new Failed(unreadable(requestId));
  }
  if (result) replaceResult();
  enter("result"); // before it is filled, because widths are measured while it is
  result = new Result(bundle, file, options, seconds, announce);
  byId("result-title").focus();
  announce(`Converted: ${counted(bundle.pages.size, "page")}.`);
}

/** Close the last result for the next one. Unsaved, it stays on offer, unless both are of one archive. */
function replaceResult() {
  earlier.releaseSaved();
  if (!result.isSaved && result.file !== file) earlier.keep(result);
  result.close();
}

/** Show how an upload has ended without a result. @param {unknown} error */
function end(error) {
  if (error instanceof Cancelled) {
    restart();
    announce("Cancelled. The archive is still chosen.");
  } else if (error instanceof Failed) {
    const { facts } = error.failure;
    fail({ ...error.failure, facts: [["File", file.name], ...facts] });
  } else throw error;
}

/** Show an error. @param {import("./errors.js").Failure} failure */
function fail({ title, detail, remedy, facts, again, wait = 0 }) {
  byId("failure-title").textContent = title;
  byId("failure-detail").textContent = detail;
  byId("failure-remedy").replaceChildren(...withCode(remedy));
  byId("failure-facts").replaceChildren(...described(facts));
  byId("again").hidden = !again;
  countDown(byId("again"), wait);
  byId("other").classList.toggle("primary", !again);
  byId("copy-facts").hidden = !facts.length;
  byId("copy-facts").onclick = () => {
    const words = [["Error", title], ["Detail", detail], ...facts].map((fact) => fact.join(": "));
    return copyFrom(byId("copy-facts"), words.join("\n"), "The details are copied.", announce);
  };
  enter("failed");
  announce(""); // the heading gets the focus, and is read out with its description
  document.title = `${title} · docc2context`;
  byId("failure-title").focus();
}

const isAtResult = () => document.body.dataset.state === "result";

const GONE = "That page belonged to a result that this tab no longer has. Convert the archive again.";

/** @param {string} [gone] why the page that was asked for is not shown */
function showForm(gone = "") {
  document.title = TITLE;
  byId("gone").textContent = gone;
  enter("empty");
  byId("file").focus();
}

/** Hide a result that is shown; Back still leads to it. */
function leaveResult() {
  if (isAtResult()) result.leave();
  if (routed(location.hash)) history.pushState(null, "", location.pathname);
}

/** Go back to the form, for another archive. */
function restart() {
  leaveResult();
  showForm();
}

/** Remove the address of a page whose result is gone, as after a reload; say so if there was one. */
function dropAddress() {
  if (!routed(location.hash)) return "";
  history.replaceState(null, "", location.pathname);
  return GONE;
}

/** Show what the current history entry is about: a page of the result, or the form. */
function showCurrentEntry() {
  if (running) return; // progress stays in sight
  const wasAtResult = isAtResult();
  if (result?.isCurrent()) {
    enter("result");
    result.restore();
    if (!wasAtResult) byId("result-title").focus();
  } else {
    if (wasAtResult) result.leave();
    showForm(dropAddress());
  }
}

/** Apply what the status says of uploads. @param {import("./status.js").Status} status */
function applyStatus({ limits, assets }) {
  limit = limits.max_upload_bytes;
  byId("limit").textContent = `Up to ${sized(limit)}`;
  byId("assets").disabled = !assets; // a converter that the operator has set copies none
}

byId("endpoint").textContent = location.origin + CONVERT;
watchForm(start, refuse, () => !running);
byId("cancel").onclick = () => running?.abort();
byId("again").onclick = () => {
  if (!isWaiting(byId("again"))) start(file);
};
byId("other").onclick = () => {
  byId("file").value = ""; // the options stay as they were chosen
  restart();
};
byId("another").onclick = byId("other").onclick;
byId("with-assets").onclick = () => {
  byId("assets").checked = true;
  start(result.file);
};
byId("home").onclick = (event) => {
  if (!isAtResult() || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // loading the page again would lose the result
  restart();
};
byId("to-service").onclick = (event) => {
  event.preventDefault(); // a fragment would make a history entry, which only pages and the form have
  byId("service").scrollIntoView();
  byId("service").focus({ preventScroll: true });
};
addEventListener("popstate", showCurrentEntry);
byId("result").addEventListener("click", (event) => {
  const leadsHere = event.target.closest("a")?.href === location.href;
  if (!leadsHere || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // for Firefox this is no navigation, and no popstate would follow
  showCurrentEntry();
});
addEventListener("beforeunload", (event) => {
  // None of it is kept anywhere but in this tab.
  if (running || (result && !result.isSaved) || !earlier.isSaved) event.preventDefault();
});
byId("gone").textContent = dropAddress();
watchStatus(applyStatus);
