/**
 * Errors as people read them. The service words its own, in a problem document; the others are
 * worded here: requests that never reached it, and answers of something in between.
 */

import { counted, lasting, sized } from "./format.js";

/**
 * @typedef {object} Failure
 * @property {string} title
 * @property {string} detail what happened
 * @property {string} remedy what to do
 * @property {[string, string][]} facts to quote in a report
 * @property {boolean} again whether to offer another try with the same archive
 * @property {number} [wait] seconds until another try makes sense
 */

/** Whether the error is not the archive's fault, so that another try may succeed. @param {number} status */
const isTemporary = (status) => status === 408 || status === 429 || status >= 500;

/**
 * The failure that an answer reports.
 * @param {XMLHttpRequest} request whose answer is not a result
 * @returns {Promise<Failure>}
 */
export async function failureOf(request) {
  const problem = await problemIn(request);
  const again = isTemporary(request.status);
  const wait = again ? secondsIn(request.getResponseHeader("Retry-After")) : 0;
  if (!problem) return foreignAnswer(request, again, wait);
  const remedy = wait ? `Try again in ${lasting(wait)}; the archive stays chosen.` : problem.remedy;
  return { title: problem.title, detail: problem.detail, remedy, facts: factsOf(problem), again, wait };
}

/** The seconds until Retry-After, for which a proxy may send a date. @param {string | null} retryAfter */
function secondsIn(retryAfter) {
  if (!retryAfter) return 0;
  const seconds = Number.isNaN(Number(retryAfter)) ? (Date.parse(retryAfter) - Date.now()) / 1000 : Number(retryAfter);
  return Math.max(0, Math.ceil(seconds)) || 0;
}

/** @param {{ name: string, size: number, type?: string }} file @param {number} limit */
export const tooLarge = (file, limit) =>
  local(
    "The archive is too large",
    `${file.name} has ${exactly(file.size)}; this service takes up to ${exactly(limit)}. Nothing was sent.`,
    "Send a smaller archive, for example one without images and videos.",
    false,
  );

/** Title, fault and remedy; title and remedy of `invalid_zip` are those of `app/core/errors.py`. */
const FLAWS = {
  unreadable: [
    "The file cannot be read",
    "has been moved, changed or deleted since it was chosen, or this browser may not read it",
    "Choose the file again.",
  ],
  invalid_zip: [
    "The archive is damaged",
    "is cut off: its end is missing",
    "Check the file with `unzip -t`, or zip the .doccarchive again.",
  ],
};

/**
 * Null without a flaw, and with one that the service is to word.
 * @param {{ name: string }} file @param {keyof FLAWS | "not_a_zip" | null} flaw by `flawOf`
 */
export function flawed(file, flaw) {
  if (flaw === null || flaw === "not_a_zip") return null;
  const [title, fault, remedy] = FLAWS[flaw];
  return local(title, `${file.name} ${fault}. Nothing was sent.`, remedy, false);
}

/** For when the service cannot say more; title and remedy are its own. @param {{ name: string }} file */
export const noZip = (file) =>
  local(
    "The upload is not a ZIP archive",
    `${file.name} does not begin like a ZIP archive.`,
    "Zip the .doccarchive folder and convert the .zip file.",
    false,
  );

/** To the byte: rounded, a size and the limit that it exceeds may look alike. @param {number} bytes */
const exactly = (bytes) => `${counted(bytes, "byte")} (${sized(bytes)})`;

export const droppedFolder = () =>
  local(
    "That is a folder",
    "A browser cannot send a folder as it is. Nothing was sent.",
    "Zip the .doccarchive (on a Mac: right-click, Compress) and drop the .zip file.",
    false,
  );

export const severalFiles = () =>
  local(
    "That is more than one file",
    "One archive is converted at a time. Nothing was sent.",
    "Drop a single .zip file; if the documentation is in pieces, convert them one by one.",
    false,
  );

/** @param {string} requestId */
export const unreachable = (requestId) =>
  local(
    "The connection was lost",
    "The service did not answer, or its answer did not arrive completely.",
    "Check your connection and try again. If the file was changed or moved since you chose it, choose it again.",
    true,
    [["Request", requestId]],
  );

/** @param {string} requestId */
export const unreadable = (requestId) =>
  local(
    "The answer cannot be read",
    "The service says that it has converted the archive, but what arrived is not a bundle.",
    "Try again; if it happens again, report it with the request id.",
    true,
    [["Request", requestId]],
  );

/**
 * @param {string} title @param {string} detail @param {string} remedy @param {boolean} again
 * @param {[string, string][]} [facts]
 * @returns {Failure}
 */
function local(title, detail, remedy, again, facts = []) {
  return { title, detail, remedy, facts, again };
}

/** The service's problem document; null for an answer of something else. @param {XMLHttpRequest} request */
async function problemIn(request) {
  if (!request.getResponseHeader("Content-Type")?.startsWith("application/problem+json")) return null;
  try {
    const problem = JSON.parse(await request.response.text());
    // Gateways write such documents too, without a remedy.
    return typeof problem?.remedy === "string" ? problem : null;
  } catch {
    return null;
  }
}

/** @param {XMLHttpRequest} request @param {boolean} again @param {number} wait @returns {Failure} */
function foreignAnswer(request, again, wait) {
  const id = request.getResponseHeader("X-Request-ID");
  const failure = local(
    "Something else answered",
    `The answer, with status ${request.status}, does not come from this service but from something in front of it, such as a proxy.`,
    `${again ? "Try again. If it happens again, ask" : "Ask"} whoever runs the service whether a proxy limits uploads.`,
    again,
    [["Status", String(request.status)], ...(id ? [["Request", id]] : [])],
  );
  return { ...failure, wait };
}

/** @returns {[string, string][]} */
function factsOf(problem) {
  /** @type {[string, unknown][]} */
  const facts = [
    ["Code", problem.code],
    ["Status", problem.status],
    ["Entry", problem.entry],
    ["Limit", problem.limit],
    ["Request", problem.request_id],
  ];
  return facts.flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]));
}
