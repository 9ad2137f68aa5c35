/**
 * The octets of the strict ZIP subset (PKWARE APPNOTE 6.3.10 §4.3), shared by reader and writer.
 *
 *     local header, name, contents      for each entry, one after the other from offset 0
 *     central header, name              for each entry, in the same order
 *     end record                        the last 22 octets
 *
 * Stored entries only: no compression, encryption, extra field, data descriptor, comment, ZIP64 or second disk,
 * and not one octet that belongs to nothing. So every program that reads ZIP sees the same files in it.
 */

/** Entries of an archive, at most: what an end record without ZIP64 can count. */
export const ZIP_ENTRIES_MAX = 65_535;
/** Octets of an archive, at most: 2 GiB, under the first size that some programs read as negative. */
export const ZIP_BYTES_MAX = 2 ** 31 - 1;
/** Octets of an entry's name, at most: the longest path of a tree. */
export const ZIP_NAME_BYTES_MAX = 64;
/** The one name in an archive that is no path of a tree: a text for whoever opens it by hand. */
export const ZIP_README = 'README.txt';

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;

/** Version 1.0 of the format: all that a stored entry needs. */
export const VERSION_NEEDED = 10;
/** 1980-01-01 00:00, the first moment ZIP knows: archives do not tell when or where they were made. */
export const FIXED_DATE = 0x0021;

/** What the local header (from +4) and the central header (from +6) both say, in 26 octets. */
export interface EntryFields {
  versionNeeded: number;
  flags: number;
  method: number;
  time: number;
  date: number;
  crc: number;
  compressedBytes: number;
  bytes: number;
  nameBytes: number;
  extraBytes: number;
}

/** Reads the 26 octets from `at`. */
export function readFields(view: DataView, at: number): EntryFields {
  return {
    versionNeeded: view.getUint16(at, true),
    flags: view.getUint16(at + 2, true),
    method: view.getUint16(at + 4, true),
    time: view.getUint16(at + 6, true),
    date: view.getUint16(at + 8, true),
    crc: view.getUint32(at + 10, true),
    compressedBytes: view.getUint32(at + 14, true),
    bytes: view.getUint32(at + 18, true),
    nameBytes: view.getUint16(at + 22, true),
    extraBytes: view.getUint16(at + 24, true),
  };
}

/** Writes the 26 octets of a stored entry; what is not set here is zero. */
export function writeFields(view: DataView, at: number, nameBytes: number, bytes: number, crc: number): void {
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 8, FIXED_DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, bytes, true);
  view.setUint32(at + 18, bytes, true);
  view.setUint16(at + 22, nameBytes, true);
}

/** A view of exactly these octets. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
