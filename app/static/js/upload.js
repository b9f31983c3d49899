/** One archive on its way to the service, and the result on its way back. */

import { ofAnswer, unreachable } from "./errors.js";

export const CONVERT = "/api/v1/convert";

/**
 * @typedef {object} Watcher
 * @property {(sent: number, total: number) => void} uploading
 * @property {() => void} converting the whole archive has been sent
 * @property {(got: number, total: number) => void} receiving
 *
 * @typedef {object} Answer
 * @property {Blob} bundle
 * @property {string} requestId
 */

/** The person has cancelled; nothing is to be told. */
export class Cancelled extends Error {}

/** The upload has failed; `failure` says how, in words. */
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
 * XMLHttpRequest, because fetch does not tell how much of a body has been sent.
 * @param {File} file
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
    request.upload.onprogress = (event) => watcher.uploading(event.loaded, file.size);
    request.upload.onload = () => watcher.converting();
    request.onprogress = (event) => {
      if (request.status === 200) watcher.receiving(event.loaded, event.total);
    };
    request.onabort = () => reject(new Cancelled());
    request.onerror = () => reject(new Failed(unreachable(requestId)));
    request.onload = async () => {
      if (request.status !== 200) reject(new Failed(await ofAnswer(request)));
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
 * Made here, so that it can be quoted when no answer arrives.
 * `crypto.randomUUID` is missing where the page comes without TLS from another machine.
 */
function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
