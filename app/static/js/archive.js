/** What an archive says of itself before it is sent: a look at its first and its last bytes. */

const START = "PK\x03\x04";
const END = "PK\x05\x06";
/** The end record with the longest comment that it may have. */
const END_BYTES = 22 + 65_535;

/**
 * Whether a file cannot be a whole zip, as `app/core/errors.py` calls it, or cannot be read at all.
 * That it can be says nothing.
 * @param {File} file
 * @returns {Promise<"not_a_zip" | "invalid_zip" | "unreadable" | null>}
 */
export async function flawOf(file) {
  try {
    if (file.size === 0) {
      await latin(file); // Chromium calls a file empty that is gone
      return null; // the service has its own word for what is empty
    }
    const start = await latin(file.slice(0, START.length));
    if (start !== START && start !== END) return "not_a_zip";
    return (await latin(file.slice(-END_BYTES))).includes(END) ? null : "invalid_zip";
  } catch {
    return "unreadable";
  }
}

/**
 * Whether an archive has one of these files, wherever it lies in it.
 * @param {File} file
 * @param {string[]} names without folders
 */
export async function holdsAny(file, names) {
  try {
    const directory = await directoryOf(file);
    return names.some((name) => directory.includes(`/${name}`));
  } catch {
    return false;
  }
}

/** The list of entries, as text; empty if it is not where the end record says. @param {File} file */
async function directoryOf(file) {
  const tail = file.slice(-END_BYTES);
  const at = (await latin(tail)).lastIndexOf(END);
  const record = new DataView(await tail.slice(at, at + 22).arrayBuffer());
  const [size, offset] = [record.getUint32(12, true), record.getUint32(16, true)];
  return file.slice(offset, offset + size).text();
}

/** A character for each byte. @param {Blob} blob */
async function latin(blob) {
  return new TextDecoder("latin1").decode(await blob.arrayBuffer());
}
