/** The service's status, polled while the tab is visible. */

import { byId, described } from "./dom.js";
import { counted, grouped, sized } from "./format.js";

const STATUS = "/api/v1/status";
/** The service itself checks no more often. */
const INTERVAL_MS = 10_000;

/**
 * @typedef {object} Status
 * @property {boolean} ready
 * @property {Record<string, { ok: boolean, detail: string }>} checks
 * @property {number} running
 * @property {number} waiting
 * @property {boolean} assets
 * @property {string} version
 * @property {Record<string, number | string | null>} limits
 */

/**
 * Show the status now and every ten seconds, unless the tab is hidden.
 * @param {(status: Status) => void} onStatus called with each one
 */
export function watchStatus(onStatus) {
  let timer = 0;
  let isAsking = false;
  const poll = async () => {
    clearTimeout(timer);
    if (document.hidden || isAsking) return; // otherwise two timers would go on side by side
    isAsking = true;
    try {
      const status = await fetchStatus();
      show(status);
      if (status) onStatus(status);
    } finally {
      isAsking = false;
      timer = setTimeout(poll, INTERVAL_MS);
    }
  };
  document.addEventListener("visibilitychange", poll);
  byId("why").replaceChildren(); // it held the hint for a page without scripts
  poll();
}

/** @returns {Promise<Status | null>} null if the service gives no answer of its own */
async function fetchStatus() {
  try {
    // A stopped process accepts connections and never answers.
    const signal = AbortSignal.timeout(INTERVAL_MS);
    const answer = await fetch(STATUS, { headers: { Accept: "application/json" }, cache: "no-store", signal });
    const status = answer.ok ? await answer.json() : null;
    return status?.checks && status.limits ? status : null; // a proxy may answer something else
  } catch {
    return null;
  }
}

/** @param {Status | null} status */
function show(status) {
  const lamp = byId("lamp");
  lamp.className = status ? (status.ready ? "ready" : "unready") : "silent";
  lamp.textContent = status ? (status.ready ? "Ready" : "Not ready") : "No answer";
  byId("why").textContent = status ? reason(status) : "The service does not answer. The page asks again every 10 seconds.";
  byId("status-facts").replaceChildren(...described(status ? facts(status) : []));
}

/** @param {Status} status */
function reason(status) {
  const faults = Object.values(status.checks).filter((check) => !check.ok);
  return faults.length ? faults.map((check) => check.detail).join(" ") : "Archives are converted.";
}

/** @param {Status} status @returns {[string, string][]} */
function facts({ running, waiting, limits, version }) {
  return [
    ["Running", `${grouped(running)} of ${grouped(limits.conversion_slots)}`],
    ["Waiting", `${grouped(waiting)} of ${grouped(limits.conversion_queue)}`],
    ["Largest upload", sized(limits.max_upload_bytes)],
    ["Decompressed pages", `up to ${sized(limits.max_archive_bytes)}`],
    ["Result", `up to ${sized(limits.max_output_bytes)}`],
    ["Entries", `up to ${grouped(limits.max_entries)}`],
    ["Waiting time", `up to ${counted(limits.conversion_queue_wait_seconds, "second")}`],
    ["Conversion time", `up to ${counted(limits.conversion_timeout_seconds, "second")}`],
    ["One client", limits.rate_limit ? limits.rate_limit.replace("/", " per ") : "no limit"],
    ["Version", version],
  ];
}
