/** From the octets of a text file to its characters, for files that say wrongly or not at all how they are encoded. */

const BOMS: [label: string, octets: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** How the first character, `<`, looks in encodings that are no superset of ASCII. */
const FIRST_SIGNS: [label: string, octets: number[]][] = [
  ['utf-32le', [0x3c, 0, 0, 0]],
  ['utf-32be', [0, 0, 0, 0x3c]],
  ['utf-16le', [0x3c, 0]],
  ['utf-16be', [0, 0x3c]],
];

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * The text of a file. The byte order mark decides, then the `charset` of an HTTP content type, then the XML
 * declaration, then UTF-8; where the octets do not fit, the next one is tried and windows-1252 fits anything.
 * Control characters are left out and lines end with LF.
 */
export function decodeText(bytes: Uint8Array, contentType = ''): string {
  const marked = BOMS.find(([, octets]) => startsWith(bytes, octets));
  const labels = marked ? [marked[0]] : [charsetOf(contentType), signLabel(bytes), declaredLabel(bytes)];
  const text = decodeFirst(bytes, [...labels, 'utf-8']);
  return text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, '')
    .replace(C1, signOf);
}

/** The C1 controls occur in no text: they are signs of windows-1252 that took a wrong turn. */
const C1 = /[\u0080-\u009f]/g;
const WINDOWS = new TextDecoder('windows-1252');

function signOf(control: string): string {
  return WINDOWS.decode(Uint8Array.of(control.charCodeAt(0)));
}

function decodeFirst(bytes: Uint8Array, labels: string[]): string {
  for (const label of labels) {
    const text = decodeAs(bytes, label);
    if (text !== null) return text;
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

function decodeAs(bytes: Uint8Array, label: string): string | null {
  if (label === '') return null;
  if (label.startsWith('utf-32')) return decodeUtf32(bytes, label === 'utf-32le');
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The Encoding Standard has no UTF-32; feeds of old tools have. */
function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null;
    parts.push(String.fromCodePoint(code));
  }
  return parts.join('');
}

function startsWith(bytes: Uint8Array, octets: number[]): boolean {
  return octets.every((octet, at) => bytes[at] === octet);
}

function charsetOf(contentType: string): string {
  return known(/charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType)?.[1]);
}

function signLabel(bytes: Uint8Array): string {
  return FIRST_SIGNS.find(([, octets]) => startsWith(bytes, octets))?.[0] ?? '';
}

function declaredLabel(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  const label = known(/^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"'>]+)["']/i.exec(head)?.[1]);
  // A declaration that can be read octet by octet is not in UTF-16, whatever it says.
  return label.startsWith('utf-16') ? '' : label;
}

/** Names that the Encoding Standard does not list. */
const ALIASES: Record<string, string> = {
  'utf-16': 'utf-16le',
  u16: 'utf-16le',
  utf16: 'utf-16le',
  utf_16: 'utf-16le',
  cp949: 'euc-kr',
};

function known(label: string | undefined): string {
  const name = label?.trim().toLowerCase() ?? '';
  if (name === '') return '';
  try {
    return new TextDecoder(ALIASES[name] ?? name).encoding;
  } catch {
    return '';
  }
}
