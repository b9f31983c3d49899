/** The page, put together: which of its four states is seen, and what leads to the next. */

import { flawOf } from "./archive.js";
import { Bundle } from "./bundle.js";
import { copyBy } from "./clipboard.js";
import { countDown, isWaiting } from "./countdown.js";
import { byId, described, withCode } from "./dom.js";
import { Earlier } from "./earlier.js";
import { tooLarge, unfit, unreadable } from "./errors.js";
import { watchForm } from "./form.js";
import { counted, sized } from "./format.js";
import { routed } from "./links.js";
import { Result } from "./result.js";
import { watchStatus } from "./status.js";
import { CONVERT, Cancelled, Failed, convert } from "./upload.js";
import { Work } from "./work.js";

const TITLE = document.title;

/** @type {File | null} kept, so that a try needs no second choice */
let file = null;
/** @type {Result | null} */
let result = null;
/** @type {AbortController | null} */
let running = null;
let limit = Infinity;
const earlier = new Earlier();

/** @param {"empty" | "working" | "failed" | "result"} state */
function enter(state) {
  document.body.dataset.state = state;
  byId("form").hidden = state !== "empty";
  byId("work").hidden = state !== "working";
  byId("failure").hidden = state !== "failed";
  byId("desk").hidden = state === "result";
  byId("result").hidden = state !== "result";
}

/** Told to screen readers when they have nothing else to say. @param {string} words */
function say(words) {
  byId("said").textContent = words;
}

/** What was dropped is no archive. @param {import("./errors.js").Failure} failure */
function refuse(failure) {
  leaveResult();
  fail(failure);
}

/** @param {File} chosen */
async function start(chosen) {
  file = chosen;
  leaveResult();
  running = new AbortController();
  try {
    const failure = file.size > limit ? tooLarge(file, limit) : unfit(file, await flawOf(file));
    if (failure) fail(failure);
    else await send(running.signal);
  } finally {
    running = null;
  }
}

/** @param {AbortSignal} signal */
async function send(signal) {
  enter("working");
  const work = new Work(file, say);
  byId("work-title").focus();
  try {
    const options = { assets: byId("assets").checked };
    const answer = await convert(file, options, work, signal);
    await succeed(answer, options, work.end());
  } catch (error) {
    end(error);
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
  if (result) giveWay();
  enter("result"); // before it is filled: what is not shown has no width to scroll in
  result = new Result(bundle, file, options, seconds, say);
  byId("result-title").focus();
  say(`Converted: ${counted(bundle.pages.size, "page")}.`);
}

/** The next result is there. One of the same archive, as with its images, replaces the one before. */
function giveWay() {
  earlier.tidy();
  if (!result.isSaved && result.file !== file) earlier.keep(result);
  result.close();
}

/** @param {unknown} error */
function end(error) {
  if (error instanceof Cancelled) {
    restart();
    say("Cancelled. The archive is still chosen.");
  } else if (error instanceof Failed) {
    const { facts } = error.failure;
    fail({ ...error.failure, facts: [["File", file.name], ...facts] });
  } else throw error;
}

/** @param {import("./errors.js").Failure} failure */
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
    return copyBy(byId("copy-facts"), words.join("\n"), "The details are copied.", say);
  };
  enter("failed");
  say(""); // the heading that is focused says it, with its description
  document.title = `${title} · docc2context`;
  byId("failure-title").focus();
}

const isAtResult = () => document.body.dataset.state === "result";

const GONE = "That page belonged to a result that this tab no longer has. Convert the archive again.";

/** @param {string} [gone] what has to be told of the page that was asked for */
function showForm(gone = "") {
  document.title = TITLE;
  byId("gone").textContent = gone;
  enter("empty");
  byId("file").focus();
}

/** Something else is about to be shown; a result is still there by the browser's Back. */
function leaveResult() {
  if (isAtResult()) result.leave();
  if (routed(location.hash)) history.pushState(null, "", location.pathname);
}

/** To the form, for another archive. */
function restart() {
  leaveResult();
  showForm();
}

/** The page of a bundle that the tab has no longer, as after a reload, has no address. */
function dropAddress() {
  if (!routed(location.hash)) return "";
  history.replaceState(null, "", location.pathname);
  return GONE;
}

/** Show what the entry of the history is about that the browser has come to. */
function travel() {
  if (running) return; // what is on its way stays in sight
  const wasAtResult = isAtResult();
  if (result?.isCurrent()) {
    enter("result");
    result.arrive();
    if (!wasAtResult) byId("result-title").focus();
  } else {
    if (wasAtResult) result.leave();
    showForm(dropAddress());
  }
}

/** @param {import("./status.js").Status} status */
function heed({ limits, assets }) {
  limit = limits.max_upload_bytes;
  byId("limit").textContent = `Up to ${sized(limit)}`;
  byId("assets").disabled = !assets; // a converter of the operator's may copy none
}

byId("endpoint").textContent = location.origin + CONVERT;
watchForm(start, refuse, () => !running);
byId("cancel").onclick = () => running?.abort();
byId("again").onclick = () => {
  if (!isWaiting(byId("again"))) start(file);
};
byId("other").onclick = () => {
  byId("file").value = ""; // what else is chosen goes for the next one too
  restart();
};
byId("another").onclick = byId("other").onclick;
byId("with-assets").onclick = () => {
  byId("assets").checked = true;
  start(result.file);
};
byId("home").onclick = (event) => {
  if (!isAtResult() || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // a reloaded page would have no result
  restart();
};
byId("to-service").onclick = (event) => {
  event.preventDefault(); // entries of the history are pages of a result, or the form
  byId("service").scrollIntoView();
  byId("service").focus({ preventScroll: true });
};
addEventListener("popstate", travel);
addEventListener("beforeunload", (event) => {
  // All of it is in this tab alone, and ends with it.
  if (running || (result && !result.isSaved) || !earlier.isSaved) event.preventDefault();
});
byId("gone").textContent = dropAddress();
watchStatus(heed);
