"""What independent.py stands on: Ed25519, CBOR, codecs, entries. From the text in spec/, with the standard library."""
import base64, os, re, sys, zlib
from functools import lru_cache
from hashlib import sha256, sha512
from text_base import Pack
from text_decoder import decode as decode_text, decode_run
from text_model import Model

TREE = sys.argv[1]
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1, 1, 0)


def file(path):
    with open(os.path.join(TREE, path), 'rb') as f:
        return f.read()


def names(folder):
    here = os.path.join(TREE, folder)
    return sorted(os.listdir(here)) if os.path.isdir(here) else []


def digest(*parts):
    return sha256(b''.join(parts)).digest()


# Ed25519 in extended coordinates (X : Y : Z : T), strict as §3 says.
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] * q[3] % P, 2 * p[2] * q[2] % P
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P


def times(n, p):
    sum_ = NEUTRAL
    while n:
        sum_, p, n = (add(sum_, p) if n & 1 else sum_), add(p, p), n >> 1
    return sum_


def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point(octets):
    y = int.from_bytes(octets, 'little')
    sign, y = y >> 255, y & (2**255 - 1)
    assert y < P, 'not canonical'
    u, v = y * y - 1, D * y * y + 1
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (v * x * x - u) % P == 0, 'not on the curve'
    assert x or not sign, 'sign of zero'
    x = P - x if x & 1 != sign else x
    found = (x, y, 1, x * y % P)
    assert not same(found, NEUTRAL) and same(times(L, found), NEUTRAL), 'unsound'
    return found


def verify(signature, message, key):
    assert len(signature) == 64 and len(key) == 32
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], 'little')
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), 'little') % L
    assert s < L and same(times(s, BASE), add(r, times(k, a))), 'signature'


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, 'little'))


# The CBOR subset of §4.
def decode(octets):
    value, end = item(octets, 0, 0)
    assert end == len(octets), 'trailing'
    return value


def item(b, at, depth):
    assert depth <= 16
    major, info = b[at] >> 5, b[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[info], at
    n = info
    if info >= 24:
        assert info <= 27, 'indefinite'
        size = 1 << (info - 24)
        n, at = int.from_bytes(b[at:at + size], 'big'), at + size
        assert n >= (24 if size == 1 else 1 << (4 * size)) and n < 2**53, 'head'
    if major < 2:
        return (n if major == 0 else -1 - n), at
    if major < 4:
        part = b[at:at + n]
        assert len(part) == n, 'short'
        return (part if major == 2 else part.decode()), at + n
    assert major < 6, 'tag'
    out = [] if major == 4 else {}
    for _ in range(n):
        if major == 5:
            key, at = b[at], at + 1
            assert key <= 23 and key > max(out, default=-1), 'key'
        value, at = item(b, at, depth + 1)
        out.append(value) if major == 4 else out.__setitem__(key, value)
    return out, at


def base32(octets):
    return base64.b32encode(octets).decode().lower().rstrip('=')


def content_id(octets):
    return base32(digest(octets)[:16])


# Codecs and dictionaries (§7).
@lru_cache(None)
def dictionary(name):
    b = file('dict/' + name)
    assert content_id(b) == name and b[0] in (1, 2)
    if b[0] == 2:
        return Model(Pack(b))
    text = b[2:].decode('utf-8', 'surrogateescape')[:b[1]]
    at = 2 + len(text.encode())
    prelude, at = b[at + 1:at + 1 + b[at]], at + 1 + b[at]
    window = zlib.decompress(b[at + 2:], wbits=-15)
    assert len(window) == int.from_bytes(b[at:at + 2], 'big')
    return {0x80 + i: c.encode() for i, c in enumerate(text)}, prelude, window


def unpack(coding, data, run=None, before=None):
    """`run`: octets of a segment; `before`: title and summary, for a text layer."""
    if coding[0] in (3, 4):
        primed = dictionary(base32(coding[1]))
        assert coding[0] == 3 or before
        if run is not None:
            return decode_run(primed, data, run)
        return decode_text(primed, data, before if coding[0] == 4 else None)
    if len(coding) == 1:
        return data if coding[0] == 0 else inflate(data, b'')
    table, prelude, window = dictionary(base32(coding[1]))
    recoded = inflate((prelude if coding[0] == 2 else b'') + data, window)
    return re.sub(rb'\xff([\x80-\xff])|[\x80-\xff]', lambda m: m[1] or table[m[0][0]], recoded)


def inflate(data, window):
    engine = zlib.decompressobj(wbits=-15, zdict=window) if window else zlib.decompressobj(wbits=-15)
    out = engine.decompress(data) + engine.flush()
    assert engine.eof and not engine.unused_data
    return out


def entry(kind, salt, record):
    return bytes([kind]) + digest(b'pappus/v1/entry\n', bytes([kind]), salt, record)
