/** The first and the last octet, both inclusive, from 0. */
export interface OctetRange {
  from: number;
  to: number;
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * One range of octets of a file of `size` (RFC 9110 §14.1.2). `null`: not a range that is served, so the whole file
 * is the answer (§14.2).
 */
export function parseRange(header: string, size: number): OctetRange | 'unsatisfiable' | null {
  const match = RANGE.exec(header);
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size - 1 };
  }
  const from = Number(match[1]);
  const last = match[2] === '' ? Infinity : Number(match[2]);
  if (last < from) return null;
  return from >= size ? 'unsatisfiable' : { from, to: Math.min(last, size - 1) };
}
