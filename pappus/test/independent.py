"""Checks a tree folder of Pappus from the text in spec/ alone: python3 independent.py <folder>. Prints counts as JSON."""
import base64, json, os
from functools import lru_cache
from independent_base import TREE, base32, content_id, decode, digest, entry, file, names, unpack, verify


# Roots (§8).
def check_roots():
    roots, bodies = [], []
    while os.path.exists(os.path.join(TREE, 'root/%d' % (len(roots) + 1))):
        body, signatures = decode(file('root/%d' % (len(roots) + 1)))
        root = decode(body)
        sets = [root] + roots[-1:]
        signers = {sets[s][3][n] for s, n, _ in signatures}
        for s, n, signature in signatures:
            verify(signature, b'pappus/v1/root\n' + body, sets[s][3][n])
        for one in sets:
            assert len(set(one[3])) == len(one[3]) and len(signers & set(one[3])) >= one[4] >= 1, 'threshold'
        assert root[0] == len(roots) + 1 and root.get(10) == (digest(bodies[-1]) if bodies else None)
        assert (11 in root) == bool(roots and root[5] != roots[-1][5]), 'resetFrom'
        roots.append(root)
        bodies.append(body)
    return roots, base32(digest(bodies[0]))


# The log (§9).
def peaks(size):
    return [(k, (size >> k) - 1) for k in reversed(range(size.bit_length())) if size >> k & 1]


def fold(hashes):
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = digest(b'\1', left, root)
    return root


def tile(kind, number, width):
    elements = ['%03d' % (number // 1000**k % 1000) for k in range(5)]
    while len(elements) > 1 and elements[-1] == '000':
        elements.pop()
    path = '/'.join(['x' + e for e in reversed(elements[1:])] + elements[:1])
    return file('tile/%s/%s%s' % (kind, path, '' if width == 256 else '.p/%d' % width))


def row_of_tiles(kind, count, octets):
    parts = [tile(kind, n, min(256, count - 256 * n)) for n in range(-(-count // 256))]
    joined = b''.join(parts)
    assert len(joined) == count * octets, 'tile size'
    return [joined[i:i + octets] for i in range(0, len(joined), octets)]


def check_log(size, root):
    bundle = row_of_tiles('entries', size, 35)
    assert all(e[:2] == b'\0\x21' for e in bundle)
    entries = [e[2:] for e in bundle]
    tiles, rows, level = [], [[digest(b'\0', e) for e in entries]], 0
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([digest(b'\1', below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    while size >> 8 * level:
        tiles.append(row_of_tiles(level, size >> 8 * level, 32))
        assert tiles[-1] == rows[8 * level], 'tile'
        level += 1
    assert fold([rows[k][i] for k, i in peaks(size)]) == root, 'root hash'

    @lru_cache(None)
    def node(k, i):
        return tiles[k // 8][i] if k % 8 == 0 else digest(b'\1', node(k - 1, 2 * i), node(k - 1, 2 * i + 1))

    tops = peaks(size)
    for index, e in enumerate(entries):
        own = next(n for n, (k, i) in enumerate(tops) if index >> k == i)
        at, hash_ = index, digest(b'\0', e)
        for k in range(tops[own][0]):
            hash_ = digest(b'\1', node(k, at - 1), hash_) if at & 1 else digest(b'\1', hash_, node(k, at + 1))
            at >>= 1
        rest = [node(*top) for top in tops[own + 1:]]
        assert fold([node(*top) for top in tops[:own]] + [hash_] + ([fold(rest)] if rest else [])) == root, 'inclusion'
    return entries, rows, sum(-(-len(t) // 256) for t in tiles)


def check_suffix(octets, entries, rows):
    s = decode(octets)
    size, first = s[1], s[2]
    assert s[3] == b''.join(rows[k][i] for k, i in peaks(first)) and len(s[7]) == size - first
    segments = [unpack(s[5][coding], data, size_) for coding, size_, data in s[6]]
    assert [len(x) for x in segments] == [length for _, length, _ in s[6]]
    used, records = [0] * len(segments), {}
    for index, row in enumerate(s[7], first):
        made = row[0]
        if len(row) > 1:
            kind, sides, octets_, number = row
            head = segments[number][used[number]:used[number] + octets_]
            used[number] += octets_
            records[index] = (kind, head + sides[16:])
            made = entry(kind, sides[:16], head + sides[16:])
        assert made == entries[index], 'suffix entry'
    assert used == [len(x) for x in segments]
    return s, records


def check_checkpoint(root, channel):
    text, lines = file('checkpoint').decode().rsplit('\n\n', 1)
    origin, size, hash_ = text.split('\n')
    text = (text + '\n').encode()
    assert origin == 'pappus/' + channel[:26]
    for name, kind, key in ((origin, 1, root[5]), (origin + '/clock', 4, root[6])):
        blob = base64.b64decode(next(x for x in lines.split('\n') if x.startswith('— %s ' % name)).split(' ')[2])
        assert blob[:4] == digest(name.encode(), b'\n', bytes([kind]), key)[:4], 'key id'
        time = b'cosignature/v1\ntime %d\n' % int.from_bytes(blob[4:12], 'big')
        verify(blob[4 if kind == 1 else 12:], text if kind == 1 else time + text, key)
    return int(size), base64.b64decode(hash_), text, time


def spoken(channel):
    octets = base64.b32decode(channel.upper() + '====')[:16]
    sounds = lambda bits: ''.join(('aiou' if k % 2 else 'bdfghjklmnprstvz')[bits >> (12, 10, 6, 4, 0)[k] & (3 if k % 2 else 15)]
                                  for k in range(5))
    return ' '.join(sounds(int.from_bytes(octets[i:i + 2], 'big')) for i in range(0, 16, 2))


def main():
    roots, channel = check_roots()
    size, root, text, time = check_checkpoint(roots[-1], channel)
    entries, rows, tiles = check_log(size, root)
    for reset, kept in (r[11] for r in roots if 11 in r):
        assert reset == 0 or fold([rows[k][i] for k, i in peaks(reset)]) == kept, 'reset'
    head, records = check_suffix(file('head'), entries, rows)
    assert head[1] == size and time == b'cosignature/v1\ntime %d\n' % head[8][0]
    verify(head[8][1], text, roots[-1][5])
    verify(head[8][2], time + text, roots[-1][6])
    known, tombstones, listed, retired = dict(records), 0, set(), set()
    for name in names('edition'):
        s, own = check_suffix(file('edition/' + name), entries, rows)
        known.update(own)
        mark = decode(own[s[1] - 1][1])
        own_peaks = [x for x in peaks(mark[3]) if x not in peaks(s[2])]
        assert mark[0] == int(name) and s.get(4, b'') == b''.join(rows[k][i] for k, i in own_peaks), 'edition'
        tombstones += sum(kind == 2 for kind, _ in own.values())
        listed |= {base32(x[0]) for x in mark[4]}
        retired |= {base32(x) for x in mark.get(5, [])}
    layers, posts = [], 0
    for name in names('pack'):
        octets = file('pack/' + name)
        assert content_id(octets) == name and name in listed - retired
        pack = decode(octets)
        index = pack[3]
        for x in pack[4]:
            index += x[0]
            if pack[2] == 1:
                layers.append((index, x[1], x[3], pack[1][x[2]], x[4]))
            elif len(x) == 2:
                assert x[1] == entries[index]
            else:
                record = unpack(pack[1][x[1]], x[3]) + x[2][16:]
                assert entry(1, x[2][:16], record) == entries[index], 'record'
                known[index], posts = (1, record), posts + 1
    assert {p for p in listed - retired} == set(names('pack')), 'packs missing'
    for index, number, salt, coding, data in layers:
        record = decode(known[index][1])
        kind, octets, expected = record[23][number - 1][:3]
        layer = unpack(coding, data, before=[record[0], record.get(1, '')] if kind == 1 else None)
        assert len(layer) == octets and digest(b'pappus/v1/layer\n', salt, layer) == expected, 'layer'
        decode(layer)
    print(json.dumps({'channel': channel, 'spoken': spoken(channel), 'roots': len(roots), 'size': size, 'tiles': tiles, 'proofs': len(entries),
                      'editions': len(names('edition')), 'tombstones': tombstones, 'packs': len(names('pack')),
                      'records': posts, 'layers': len(layers), 'dictionaries': len(names('dict'))}))


main()
