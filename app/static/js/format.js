/** Numbers, sizes, times and file names as the page shows them. */

const UNITS = ["bytes", "KiB", "MiB", "GiB"];
const NUMBER = new Intl.NumberFormat("en");

/**
 * A size: `sized(2048)` is "2 KiB".
 * @param {number} bytes
 */
export function sized(bytes) {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(bytes || 1) / 10)));
  const value = bytes / 1024 ** step;
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return `${Number(value.toFixed(digits)).toLocaleString("en")} ${UNITS[step]}`;
}

/** `grouped(1200)` is "1,200". @param {number} number */
export const grouped = (number) => NUMBER.format(number);

/**
 * `counted(1, "page")` is "1 page", `counted(1200, "page")` is "1,200 pages".
 * @param {number} number
 * @param {string} noun
 */
export const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/**
 * A time to wait: in seconds up to two minutes, then in minutes, rounded up: 150 is "3 minutes".
 * @param {number} seconds
 */
export function lasting(seconds) {
  return seconds > 120 ? counted(Math.ceil(seconds / 60), "minute") : counted(seconds, "second");
}

/**
 * The file name for the bundle of an archive: `bundleName("Kit.doccarchive.zip")` is "Kit-markdown.zip".
 * @param {string} archive
 */
export function bundleName(archive) {
  const stem = archive.replace(/\.zip$/i, "").replace(/\.doccarchive$/i, "");
  return `${stem || "documentation"}-markdown.zip`;
}
