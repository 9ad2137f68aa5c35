"""A second decoder of the text codec, from spec/6-text-codec.md alone: python3 text_decoder.py <text.json> <packs>
<name> … Decodes the examples of text.json with its tiny pack and with the packs named, which are files of the folder
<packs>. Prints counts as JSON."""
import base64, hashlib, json, os, sys
from text_base import Bits, FACTORS, Pack, Refused, must
from text_model import Model

NESTING, TEXT_LAYER_BYTES, LONGEST_SYMBOLS = 16, 262144, 2000


# Items (§16.1).
def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    size = next(k for k in range(4) if n < 1 << (8 << k))
    return bytes([major << 5 | 24 + size]) + n.to_bytes(1 << size, 'big')


class Reader:
    def __init__(self, model, source, cap):
        self.model, self.source, self.left, self.cap = model, source, cap, cap

    def next(self):
        s, number = self.model.symbol(self.source)
        self.left -= len(chr(s - 36).encode()) if s >= 36 else s not in (3, 4)
        must(self.left >= 0, 'compression')
        return s, number

    def value(self, s, number, depth=0):
        must(s > 1 and depth <= NESTING, 'compression')
        if s == 2:
            return b'\x60'
        if s == 3:
            return self.array(depth)
        if s == 4:
            return self.map(depth)
        if s < 8:
            return bytes([0xf4 + s - 5])
        if s < 12:
            return head(0, FACTORS[s] * number)
        if s < 36:
            return head(0, s - 12)
        text = []
        while s != 1:
            must(s >= 36, 'compression')
            text.append(chr(s - 36))
            s, _ = self.next()
        octets = ''.join(text).encode()
        return head(3, len(octets)) + octets

    def array(self, depth):
        items = []
        while (one := self.next())[0] != 1:
            items.append(self.value(*one, depth + 1))
        return head(4, len(items)) + b''.join(items)

    def map(self, depth):
        parts, key_before = [], -1
        while (s := self.next()[0]) != 1:
            must(12 + key_before < s < 36 and s >= 12, 'compression')
            key_before = s - 12
            parts.append(bytes([key_before]))
            if depth == 0 and key_before == 23:
                break
            parts[-1] += self.value(*self.next(), depth + 1)
        return head(5, len(parts)) + b''.join(parts)

    def item(self):
        octets = self.value(*self.next())
        must(len(octets) <= self.cap, 'compression')
        return octets


class Known:
    """In place of coded bits those that the reader knows."""

    def __init__(self, bits):
        self.left = iter(bits)

    def bit(self, _):
        return next(self.left)


def read_first(model, texts):
    symbols = [3]
    for text in texts:
        symbols += [36 + ord(c) for c in text] + [1] if text else [2]
    codes = model.pack.codes
    for s in symbols + [1]:
        model.symbol(Known(codes.get(s) or codes[0] + [s - 36 >> k & 1 for k in reversed(range(21))]))


def decode(primed, data, before=None, cap=TEXT_LAYER_BYTES):
    """An item of codec 3, or of codec 4 behind the texts `before`."""
    model, source = primed.at_item(), Bits(data)
    if before is not None:
        read_first(model, before)
    octets = Reader(model, source, cap).item()
    source.finish()
    return octets


def decode_run(primed, data, size):
    """Heads of records that have `size` octets together."""
    model, source, octets = primed.at_item(), Bits(data), b''
    while len(octets) < size:
        octets += Reader(model, source, size - len(octets)).item()
    source.finish()
    return octets


def refused(decoder, *args):
    try:
        decoder(*args)
    except Refused as e:
        return str(e) == 'compression'
    return False


def check(primed, one):
    """An item comes back, and does not above the cap or with octets behind it. Gives whether its half is refused: what
    is cut may be another item, which its digest tells."""
    item, data, before = bytes.fromhex(one['item']), bytes.fromhex(one['data']), one.get('before')
    assert decode(primed, data, before, len(item)) == item, one
    assert refused(decode, primed, data, before, len(item) - 1), 'cap'
    assert refused(decode, primed, data + bytes(5), before), 'octets behind the end'
    return refused(decode, primed, data[:len(data) // 2], before)


def check_longest(primed, one):
    """Its first symbols: the whole takes a minute."""
    model, source = primed.at_item(), Bits(bytes.fromhex(one['data']))
    symbols = [model.symbol(source)[0] for _ in range(LONGEST_SYMBOLS)]
    text = ''.join(chr(s - 36) for s in symbols[1:])
    assert symbols[0] == 3 and text == (one['word'] * len(text))[:len(text)], 'longest'


def main(vectors, folder, *names):
    with open(vectors) as f:
        units = json.load(f)
    tiny = Model(Pack(base64.b64decode(units['pack'])))
    assert tiny.hash() == units['primed'], 'primed state'
    cut = sum(check(tiny, one) for one in units['items'])
    check_longest(tiny, units['longest'])
    for one in units['runs']:
        data, run = bytes.fromhex(one['data']), bytes.fromhex(''.join(one['items']))
        assert decode_run(tiny, data, len(run)) == run, 'run'
        assert all(refused(decode_run, tiny, data, len(run) + k) for k in (-1, 1)), 'size of a run'
        cut += refused(decode_run, tiny, data[:len(data) // 2], len(run))
    for one in [x for x in units['packs'] if x['name'] in names]:
        with open(os.path.join(folder, one['name']), 'rb') as f:
            pack = f.read()
        assert base64.b32encode(hashlib.sha256(pack).digest()[:16]).decode().lower().rstrip('=') == one['id'], 'pack'
        primed = Model(Pack(pack))
        assert primed.hash() == one['primed'], 'primed state'
        cut += check(primed, one)
    print(json.dumps({'items': len(units['items']) + len(units['runs']) + len(names), 'cutRefused': cut}))


if __name__ == '__main__':
    main(*sys.argv[1:])
