/** Sends an archive to the service, and receives the result. */

import { failureOf, unreachable } from "./errors.js";

export const CONVERT = "/api/v1/convert";

/**
 * @typedef {object} Watcher
 * @property {(sent: number, total: number) => void} uploading
 * @property {() => void} converting called once the whole archive has been sent
 * @property {(got: number, total: number) => void} receiving
 *
 * @typedef {object} Answer
 * @property {Blob} bundle
 * @property {string} requestId
 */

/** The upload was cancelled on the page. */
export class Cancelled extends Error {}

/** The upload or the conversion has failed; `failure` says how, in words. */
export class Failed extends Error {
  /** @param {import("./errors.js").Failure} failure */
  constructor(failure) {
    super(failure.title);
    this.failure = failure;
  }
}

/**
 * Send an archive and wait for its bundle. Aborting the signal hangs up, which ends the conversion.
 *
 * By XMLHttpRequest, because fetch does not report how much of a body has been sent.
 * @param {Blob} file
 * @param {{ assets: boolean }} options
 * @param {Watcher} watcher
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>} rejected with Cancelled or Failed
 */
export function convert(file, options, watcher, signal) {
  const request = new XMLHttpRequest();
  const requestId = newRequestId();
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => request.abort(), { once: true });
    // Firefox tells of the upload's `load` only when the answer begins.
    request.upload.onprogress = ({ loaded }) =>
      loaded < file.size ? watcher.uploading(loaded, file.size) : watcher.converting();
    request.upload.onload = () => watcher.converting();
    request.onprogress = (event) => {
      if (request.status === 200) watcher.receiving(event.loaded, event.total);
    };
    request.onabort = () => reject(new Cancelled());
    request.onerror = () => reject(new Failed(unreachable(requestId)));
    request.onload = async () => {
      if (request.status !== 200) reject(new Failed(await failureOf(request)));
      else resolve({ bundle: request.response, requestId });
    };
    request.open("POST", options.assets ? `${CONVERT}?assets=true` : CONVERT);
    request.responseType = "blob";
    request.setRequestHeader("Accept", "application/zip, application/problem+json");
    request.setRequestHeader("Content-Type", "application/zip");
    request.setRequestHeader("X-Request-ID", requestId);
    request.send(file);
  });
}

/**
 * Made by the page, so that people can quote it even if no answer arrives. Not by
 * `crypto.randomUUID`, which browsers hide from pages without TLS.
 */
function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
