/** Content codings of HTTP (RFC 9110 §8.4.1): smaller forms of a page, and which of them whoever asks can read. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Octets of a page as they are sent under this name. */
export interface CodedForm {
  coding: 'br' | 'gzip';
  bytes: Uint8Array;
}

/** A form that saves less is not worth the work of whoever reads it. */
const WORTH = 0.9;

/** The forms that are worth it, smallest first. */
export async function codedForms(bytes: Uint8Array): Promise<CodedForm[]> {
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const forms: CodedForm[] = [
    { coding: 'br', bytes: await promisify(brotliCompress)(bytes, { params }) },
    { coding: 'gzip', bytes: await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }) },
  ];
  return forms
    .filter((form) => form.bytes.length < WORTH * bytes.length)
    .sort((a, b) => a.bytes.length - b.bytes.length);
}

/** Whether a value of Accept-Encoding (RFC 9110 §12.5.3) names the coding, and not with a weight of nothing. */
export function isAccepted(coding: string, header = ''): boolean {
  return header.split(',').some((part) => {
    const [name, weight = 'q=1'] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return name === coding && /^q=(?:1|0?\.\d*[1-9])/.test(weight);
  });
}
