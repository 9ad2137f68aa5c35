"""The model of text_decoder.py: tables, state, contexts, prediction (§16.4 to §16.8)."""
import hashlib, struct
from text_base import FACTORS, M, must


# Tables (§16.4).
def tables():
    squash, odds = [0] * 4096, 1 << 20
    for x in range(2048):
        squash[2048 + x] = 65536 * odds // (odds + (1 << 20))
        squash[2048 - x] = 65536 - squash[2048 + x]
        odds = odds * 257 // 256
    stretch, x = [], -2047
    for p in range(4096):
        while x < 2047 and squash[2048 + x] < 16 * p + 8:
            x += 1
        stretch.append(x)
    return squash, stretch, [5 * 65536 // (10 * n + 11) for n in range(61)]


SQUASH, STRETCH, RATE = tables()
RING = (1 << 17) - 1
OTHERS = {0x60c, 0x61b, 0x61f, 0x6d4, 0x104a, 0x104b, *range(0x3000, 0x3040), *range(0xff00, 0xff20)}
FORMS = {36 + 0x64a: 36 + 0x6cc, 36 + 0x643: 36 + 0x6a9}


def mix(a, b):
    x = (a ^ b * 0x2c1b3c6d) * 0x297a2d39 & M
    return x ^ x >> 15


def wrap(n):
    return (n + 0x80000000 & M) - 0x80000000


def is_letter(c):
    if c < 0x80:
        return 0x30 <= c <= 0x39 or 0x41 <= c <= 0x5a or 0x61 <= c <= 0x7a
    if 0x2000 <= c <= 0x206f:
        return c in (0x200c, 0x200d)
    return c >= 0xc0 and c not in OTHERS


class Model:
    def __init__(self, pack):
        """Primed (§16.3)."""
        self.pack = pack
        self.slots = [1 << 31] * (1 << 20)
        self.history, self.matches = [0] * (1 << 17), [0] * (1 << 16)
        self.match_map = [65536 - 65536 // (i + 2) for i in range(32)]
        self.final = [21846] * 360
        self.weights = [list(w) for w in pack.weights]
        self.position, self.priming = 0, True
        self.wraps = False  # whether a product in a sum may need more than 32 bits
        self.begin()
        for _ in range(pack.primed):
            self.symbol(pack.stream)
        pack.stream.finish()
        self.weights = [list(w) for w in pack.weights]
        self.slots = [slot - max(0, (slot & 63) - 4) for slot in self.slots]
        self.priming = False

    def at_item(self):
        """A copy at the beginning of an item."""
        copy = object.__new__(Model)
        copy.__dict__.update(self.__dict__)
        for name in ('slots', 'history', 'matches', 'match_map', 'final'):
            setattr(copy, name, list(getattr(self, name)))
        copy.weights = [list(w) for w in self.weights]
        copy.begin()
        return copy

    def hash(self):
        weights = [w & M for set_ in self.weights for w in set_]
        state = self.slots + self.history + self.matches + self.match_map + [w & M for w in self.final] + weights
        return hashlib.sha256(struct.pack('<%dI' % len(state), *state)).hexdigest()

    # Contexts (§16.5, §16.6).
    def begin(self):
        self.recent, self.word, self.before, self.tag, self.last = [0] * 6, 0, 0, 0, 0
        self.place = self.length = 0
        self.expected = None
        self.hash_contexts()

    def hash_contexts(self):
        r1, r2, r3, r4, r5, r6 = self.recent
        o2 = mix(mix(2, r1), r2)
        o3 = mix(o2, r3)
        o4 = mix(o3, r4)
        self.hashes = [0, mix(1, r1), o2, o3 + 3 & M, o4 + 4 & M, mix(mix(o4, r5), r6) + 6 & M, mix(7, self.word),
                       mix(mix(8, self.word), self.before)]
        if not self.priming:
            self.hashes += [o4 + 9 & M, mix(10, self.word)]

    def learn_symbol(self, s):
        pack, history = self.pack, self.history
        f = FORMS.get(s, s)
        if self.length and history[self.place & RING] == f:
            self.length, self.place = min(self.length + 1, 31), self.place + 1
        else:
            self.length = 0
        history[self.position & RING] = f
        self.position += 1
        if s < 36:
            if s not in (1, 2):
                self.tag = s
            if self.recent[0] >= 36:
                self.recent = [self.tag, 0, 0, 0, 0, 0]
            self.word, self.before = mix(s, self.tag), 0
        elif is_letter(f - 36):
            c = f - 36
            self.word = mix(self.word, c + 33 if 0x41 <= c <= 0x5a or 0x410 <= c <= 0x42f else c + 1)
        elif self.word:
            self.before, self.word = self.word, 0
        self.recent = [f] + self.recent[:5]
        self.hash_contexts()
        h, at = self.hashes[5] >> 16, self.position
        m = self.matches[h]
        if self.length == 0 and m:
            same = 0
            while same < 31 and history[m - 1 - same & RING] == history[at - 1 - same & RING]:
                same += 1
            if same >= 6:
                self.length, self.place = same, m
        self.matches[h] = at
        self.expected = None
        if self.length:
            self.expected = pack.codes.get(history[self.place & RING], pack.codes[0])

    # Bits (§16.7, §16.8).
    def group(self, node):
        spread = (node + 1) * 0x2f0b4c47 & M
        self.bases = []
        for h in self.hashes:
            x = (h ^ spread) * 0x3c6ef373 & M
            self.bases.append(x ^ x >> 15)

    def bit(self, source, place, set_, wanted=None):
        slots, final, squash = self.slots, self.final, SQUASH
        inputs, taken, found, others = [], [], 0, 0
        for i, base in enumerate(self.bases):
            check, at = (base + place * 0x5b & 0x3ff) << 6, base >> 12 ^ place
            slot = slots[at]
            if slot & 0xffc0 != check:
                other = slots[at ^ 1]
                if other & 0xffc0 == check:
                    at, slot = at ^ 1, other
                else:
                    if other & 63 < slot & 63:
                        at ^= 1
                    slot = slots[at] = 1 << 31 | check
            taken.append(at)
            inputs.append(STRETCH[slot >> 20] if slot & 63 else 0)
            if slot & 63:
                found, others = (i, others) if i < 6 else (found, others + 1)
        if self.priming:
            inputs += [0, 0]
        known = 0
        if wanted is None:
            inputs.append(0)
        else:
            s = STRETCH[self.match_map[self.length] >> 4]
            inputs.append(s if wanted else -s)
            known = 1 if self.length < 8 else 2 if self.length < 16 else 3
        inputs.append(256)

        N = self.pack.N
        A = 4 * (6 * others + found) + known
        sets = [self.weights[A], self.weights[120 + set_], self.weights[120 + N + self.last]]
        sums = []
        for weights in sets:
            if self.wraps:
                total = sum([wrap(w * x) >> 4 for w, x in zip(weights, inputs)])
            else:
                total = sum([w * x >> 4 for w, x in zip(weights, inputs)])
            sums.append(max(-2047, min(2047, total >> 12)))
        y = wrap(sum([wrap(final[3 * A + k] * x) for k, x in enumerate(sums)])) >> 16
        p = squash[2048 + max(-2047, min(2047, y))]
        b = source.bit(p)

        full = 65535 if b else 0
        if abs(full - p) > 1200:
            for k, x in enumerate(sums):
                final[3 * A + k] = wrap(final[3 * A + k] + (x * (full - p) + 0x20000 >> 18))
            for weights, x in zip(sets, sums):
                error = full - squash[2048 + x]
                for i, value in enumerate(inputs):
                    if value:
                        weights[i] += value * error + 0x4000 >> 15
                if max(weights) > 1 << 20 or min(weights) < -(1 << 20):
                    self.wraps = True
        if wanted is not None:
            now = self.match_map[self.length]
            self.match_map[self.length] += (65535 if b == wanted else 0) - now >> 7
        for at in taken:
            slot = slots[at]
            one, count = slot >> 16, slot & 63
            one += (full - one >> 1) * RATE[count] >> 14
            slots[at] = one << 16 | slot & 0xffc0 | min(count + 1, 60)
        return b

    def field(self, source, base, sets):
        prefix = place = 1
        for i, set_ in enumerate(sets):
            if i % 3 == 0:
                self.group(base + prefix)
                place = 1
            b = self.bit(source, place, set_)
            prefix, place = prefix << 1 | b, place << 1 | b
        return prefix

    def symbol(self, source):
        """The next symbol, with the number behind it or None."""
        nodes, expected = self.pack.nodes, self.expected
        node = depth = 0
        place = 1
        while node >= 0:
            if depth % 3 == 0:
                self.group(node)
                place = 1
            wanted = expected[depth] if expected else None
            b = self.bit(source, place, node, wanted)
            if b != wanted:
                expected = None
            node, depth, place = self.pack.children[node][b], depth + 1, place << 1 | b
        self.last = ~node
        s = self.pack.symbols[self.last]
        if s == 0:
            c = self.field(source, 1 << 22, range(nodes + 20, nodes - 1, -1)) - (1 << 21)
            must(c <= 0x10ffff and not 0xd800 <= c <= 0xdfff, 'compression')
            s = 36 + c
        self.learn_symbol(s)
        if s not in FACTORS:
            return s, None
        self.expected = None
        n = self.field(source, 1 << 23, [nodes + 21] * 6) - 64
        must(n <= 32, 'compression')
        if n == 0:
            return s, 0
        number = self.field(source, n + 1 << 24, [nodes + 22] * min(n - 1, 10))
        for _ in range(n - 11):
            number = number << 1 | source.bit(32768)
        return s, number
