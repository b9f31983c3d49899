/** What can be seen of an archive before it is sent, from its first and its last bytes. */

const START = "PK\x03\x04";
const END = "PK\x05\x06";
/** The length of an end record with the longest possible comment. */
const END_BYTES = 22 + 65_535;
/** By as many the service tells what else a file is, in `docc2context/archive/other_formats.py`. */
export const JUDGED_BYTES = 512;

/**
 * Why a file cannot be converted, by its code in `app/core/errors.py`, or `unreadable` if the
 * browser cannot read it. Null does not mean that it is a sound zip: only its ends are looked at.
 * @param {File} file
 * @returns {Promise<"not_a_zip" | "invalid_zip" | "unreadable" | null>}
 */
export async function flawOf(file) {
  try {
    if (file.size === 0) {
      await asLatin1(file); // throws if it is gone: Chromium then gives its size as 0
      return null; // the service words this error itself
    }
    const start = await asLatin1(file.slice(0, START.length));
    if (start !== START && start !== END) return "not_a_zip";
    return (await asLatin1(file.slice(-END_BYTES))).includes(END) ? null : "invalid_zip";
  } catch {
    return "unreadable";
  }
}

/**
 * Whether an archive has a file of one of these names, in whatever folder.
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

/** The central directory as text; empty if it is not where the end record says. @param {File} file */
async function directoryOf(file) {
  const tail = file.slice(-END_BYTES);
  const at = (await asLatin1(tail)).lastIndexOf(END);
  const record = new DataView(await tail.slice(at, at + 22).arrayBuffer());
  const [size, offset] = [record.getUint32(12, true), record.getUint32(16, true)];
  return file.slice(offset, offset + size).text();
}

/** Bytes as text, one character for each. @param {Blob} blob */
async function asLatin1(blob) {
  return new TextDecoder("latin1").decode(await blob.arrayBuffer());
}
