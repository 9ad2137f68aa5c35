"""What text_decoder.py stands on: bits and language packs (§16.2, §16.3)."""

M = 0xffffffff
DICTIONARY_BYTES = 65536
FACTORS = {8: 1, 9: 60, 10: 3600, 11: 86400}


class Refused(Exception):
    pass


def must(holds, code):
    if not holds:
        raise Refused(code)


# Bits (§16.2).
class Bits:
    def __init__(self, data):
        self.data, self.at = data, 4
        self.low, self.high, self.value = 0, M, int.from_bytes((data + bytes(4))[:4], 'big')

    def bit(self, p):
        low, high = self.low, self.high
        middle = low + ((high - low) >> 16) * p + (((high - low) & 0xffff) * p >> 16)
        bit = self.value <= middle
        if bit:
            high = middle
        else:
            low = middle + 1
        while (low ^ high) >> 24 == 0:
            low, high = low << 8 & M, high << 8 & M | 255
            must(self.at < len(self.data) + 4, 'compression')
            octet = self.data[self.at] if self.at < len(self.data) else 0
            self.value, self.at = self.value << 8 & M | octet, self.at + 1
        self.low, self.high = low, high
        return int(bit)

    def finish(self):
        must(self.at >= len(self.data), 'compression')


# Language packs (§16.3).
class Pack:
    def __init__(self, file):
        must(len(file) <= DICTIONARY_BYTES, 'too-large')
        must(file[:1] == b'\2', 'coding')
        self.file, self.at = file, 1
        self.primed = self.number()
        must(self.primed <= 1 << 18, 'too-large')
        self.symbols, self.codes = [], {}
        code = 0
        for length in range(1, 21):
            code <<= 1
            count, symbol = self.number(), 0
            must(len(self.symbols) + count <= 4096, 'too-large')
            for _ in range(count):
                d = self.number()
                symbol += -(d >> 1) - 1 if d & 1 else d >> 1
                must(0 <= symbol <= 36 + 0x10ffff and not 36 + 0xd800 <= symbol <= 36 + 0xdfff, 'encoding')
                must(symbol not in self.codes and code >> length == 0, 'encoding')
                self.codes[symbol] = [code >> k & 1 for k in reversed(range(length))]
                self.symbols.append(symbol)
                code += 1
        must(code == 1 << 20 and all(s in self.codes for s in range(36)), 'encoding')
        self.tree()
        self.stream = Bits(file[self.at:])
        self.read_weights()

    def number(self):
        n = 0
        for k in range(0, 28, 7):
            must(self.at < len(self.file), 'encoding')
            octet, self.at = self.file[self.at], self.at + 1
            n |= (octet & 127) << k
            if octet < 128:
                return n
        raise Refused('encoding')

    def tree(self):
        """children[node][bit]: an inner node, or the complement of a symbol's index."""
        self.children = [[0, 0]]
        for index, symbol in enumerate(self.symbols):
            *path, last = self.codes[symbol]
            node = 0
            for bit in path:
                if self.children[node][bit] == 0:
                    self.children[node][bit] = len(self.children)
                    self.children.append([0, 0])
                node = self.children[node][bit]
            self.children[node][last] = ~index
        self.nodes = len(self.children)
        self.N = self.nodes + 23

    def read_weights(self):
        chances = {}

        def bit(key):
            p = chances.get(key, 32768)
            b = self.stream.bit(p)
            chances[key] = p + ((b << 16) - p >> 4)
            return b

        def values():
            out = []
            for position in range(12):
                prefix = 1
                for _ in range(8):
                    prefix = prefix << 1 | bit((position, prefix))
                value = prefix & 255
                out.append((value - 256 if value > 127 else value) * 2048)
            return out

        common = values()
        self.weights = []
        for _ in range(120 + self.N + len(self.symbols)):
            self.weights.append([a + b for a, b in zip(common, values())] if bit(None) else common)
