"""Prints a line for each packet that an interface carries: protocol, address, port, and the name that DNS asks for."""

import socket
import struct
import sys


def name_asked(message):
    labels, at = [], 12
    while at < len(message) and message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("ascii", "replace"))
        at += 1 + message[at]
    return ".".join(labels)


def described(frame):
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0806:
        return "arp " + socket.inet_ntoa(frame[38:42])
    if kind == 0x86DD:
        protocol, to, body = frame[20], socket.inet_ntop(socket.AF_INET6, frame[38:54]), frame[54:]
    elif kind == 0x0800:
        protocol, to, body = frame[23], socket.inet_ntoa(frame[30:34]), frame[14 + 4 * (frame[14] & 15) :]
    else:
        return "kind %04x" % kind
    if protocol not in (6, 17):
        return "protocol %d %s" % (protocol, to)
    port = struct.unpack("!H", body[2:4])[0]
    words = ["tcp" if protocol == 6 else "udp", to, str(port)]
    if protocol == 17 and port in (53, 5353):
        words.append(name_asked(body[8:]))
    return " ".join(words)


packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.bind((sys.argv[1], 0))
print("ready", flush=True)
while True:
    frame, (_, _, direction, *_) = packets.recvfrom(65536)
    if direction != socket.PACKET_OUTGOING:
        print(described(frame), flush=True)
