/**
 * Why untrusted bytes were not taken. The list is closed: each code has vectors under
 * `spec/vectors/refused/<code>/`, a line in spec §10, and a sentence in every UI language.
 */
export const REFUSAL_CODES = [
  'path', // not a path of a tree
  'too-large', // more bytes, items or depth than the limits table allows
  'encoding', // not the strict CBOR subset, or not the shape that the spec gives
  'text', // bytes that claim to be UTF-8 and are not
  'name', // content does not hash to its content-addressed name
  'compression', // a compressed item that is damaged, too long or too short
  'coding', // a codec or dictionary that this reader does not know
  'key', // a public key or signature that breaks the Ed25519 rule of spec §3
  'note', // not a signed note, or not a checkpoint
  'signature', // signed by nobody whom this channel names, or the signature fails
  'former-key', // signed by a key that the channel has replaced
  'channel', // belongs to another channel
  'root', // an identity root that its predecessor does not authorise
  'proof', // hashes that do not lead to the signed root
  'entry', // a record that is not the one the log committed to
  'layer', // a layer that is not the one its record committed to
  'older', // an older head than the one already held: nothing is lost
  'fork', // signed, but contradicts another signed head: kept as evidence
  'container', // a ZIP or HTML file outside the strict subset
  'full', // too much is waiting for something else; offer it again later
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Untrusted input is bad. `code` is for programs, `detail` for a log line; neither quotes content. */
export class Refused extends Error {
  override name = 'Refused';
  readonly code: RefusalCode;
  readonly detail: string;

  constructor(code: RefusalCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** Runs `read` on untrusted bytes; gives its value or the refusal, and lets our own bugs through. */
export function refusal<T>(read: () => T): T | Refused {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}
