#!/usr/bin/env python3
"""Wraps an ISO as programs did that are gone, from the layouts alone: wrapped.py KIND IN OUT [NAME=VALUE...]

KIND is a function below, NAME=VALUE what it takes. Numbers may be hexadecimal.
"""
import lzma
import struct
import sys
import zlib


# ---- DAA and GBI ----

class Bits:
    """Bits into bytes, the lowest of a byte first."""

    def __init__(self):
        self.out, self.value, self.count = bytearray(), 0, 0

    def put(self, value, count):
        self.value |= value << self.count
        self.count += count
        while self.count >= 8:
            self.out.append(self.value & 255)
            self.value >>= 8
            self.count -= 8

    def fill(self):
        if self.count:
            self.put(0, 8 - self.count)


RENAMED = [(0, 1, 2), (1, 2, 0), (0, 2, 1), (1, 0, 2)]  # what stored, fixed and dynamic are called


def reversed_bits(code, count):
    return int(format(code, "0%db" % count)[::-1], 2)


def renamed_deflate(data, permutation):
    """A fixed block that ends within a byte, a stored one, one of zlib's that refers back to both."""
    names, bits = RENAMED[permutation], Bits()
    first, second = len(data) // 8, len(data) // 4
    bits.put(names[1] << 1, 3)
    for byte in data[:first]:
        bits.put(*((reversed_bits(0x30 + byte, 8), 8) if byte < 144 else (reversed_bits(0x190 + byte - 144, 9), 9)))
    bits.put(0, 7)
    bits.put(names[0] << 1, 3)
    bits.fill()
    stored = data[first:second]
    last = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, data[:second])
    tail = bytearray(last.compress(data[second:]) + last.flush())
    tail[0] = (tail[0] & ~6) | names[tail[0] >> 1 & 3] << 1
    return bytes(bits.out) + struct.pack("<HH", len(stored), len(stored) ^ 0xFFFF) + stored + bytes(tail)


def raw_lzma(data, filtered, dictionary):
    chain = [{"id": lzma.FILTER_X86}] if filtered else []
    chain.append({"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": dictionary})
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=chain)


VEIL = (0x0A, 0x35, 0x2D, 0x3F, 0x08, 0x33, 0x09, 0x15)
LENGTH_BITS, TYPE_BITS = 15, 1


def packed_table(chunks, flags):
    bits = Bits()
    for number, (length, kind) in enumerate(chunks):
        veil = ((number ^ VEIL[number & 7]) & 255) * 0x01010101 if flags & 0x20000 else 0
        bits.put((length - 5 ^ veil) & (1 << LENGTH_BITS) - 1, LENGTH_BITS)
        bits.put((kind ^ veil) & (1 << TYPE_BITS) - 1, TYPE_BITS)
    bits.fill()
    return bits.out


def hidden_table(table, flags, size, gbi, crc):
    if flags & 0x8000000:
        sectors = size // 2048
        less, more = sectors & 255, sectors >> 8 & 255
        for i in range(len(table)):
            table[i] = table[i] + less & 255
            less = less + more & 255
    if gbi:
        for i in range(len(table)):
            table[i] = (table[i] ^ len(table) >> 2 & 255) + crc & 255
    return bytes(table)


def daa(image, out, version=0x110, chunk=0x4000, flags=0, permutation=0, packed="deflate", filtered=0, gbi=0, parts=1,
        names="part01"):
    """packed: deflate, lzma, plain, or mixed (each in turn)."""
    chunks, data = [], b""
    for number, at in enumerate(range(0, len(image), chunk)):
        piece = image[at:at + chunk]
        kind = ("lzma", "deflate", "plain")[number % 3] if packed == "mixed" else packed
        if kind == "plain" and len(piece) < chunk:
            kind = "deflate"
        stored = raw_lzma(piece, filtered, chunk) if kind == "lzma" else renamed_deflate(piece, permutation)
        if kind == "plain" or len(stored) >= chunk:
            stored = piece + bytes(4)
        chunks.append((len(stored), int(kind != "lzma")))
        data += stored
    descriptors = struct.pack("<III", 1, 12, 0) + struct.pack("<IIII", 2, 16, parts, 1) if parts > 1 else b""
    table_at = 76 + len(descriptors)
    if version == 0x100:
        table = b"".join(struct.pack("BBB", n >> 16, n & 255, n >> 8 & 255) for n, _ in chunks)
        field, format_2 = chunk, bytes(16)
    else:
        flags |= (0x100000 if packed in ("lzma", "mixed") else 0) | (permutation ^ gbi) << 23
        field = flags | chunk >> 14
        table = packed_table(chunks, flags)
        sizes = TYPE_BITS | (LENGTH_BITS - 10) << 3
        format_2 = struct.pack("<BIBBBII", 1, 0, sizes, filtered, 0x5D, chunk, 0)
    data_at = table_at + len(table)
    cut = [len(data) * i // parts for i in range(parts + 1)]
    header = (b"GBI" if gbi else b"DAA").ljust(16, b"\0") + struct.pack(
        "<IIIIIIQQ", table_at, version, data_at, 1, 0, field, len(image), data_at + cut[1]) + format_2
    crc = zlib.crc32(header)
    if version != 0x100:
        table = hidden_table(table, flags, len(image), gbi, crc & 255)
    with open(out, "wb") as file:
        file.write(header + struct.pack("<I", crc) + descriptors + table + data[:cut[1]])
    for part in range(1, parts):
        later = (b"GBI VOL" if gbi else b"DAA VOL").ljust(16, b"\0") + struct.pack("<I", 52) + bytes(16)
        name = out.replace("01.", "%02d." % (part + 1)) if names == "part01" else out[:-3] + "d%02d" % (part - 1)
        with open(name, "wb") as file:
            file.write(later + struct.pack("<I", zlib.crc32(later)) + struct.pack("<III", 1, 12, 0))
            file.write(data[cut[part]:cut[part + 1]])


def main():
    kind, source, out = sys.argv[1:4]
    options = {}
    for pair in sys.argv[4:]:
        name, value = pair.split("=")
        options[name] = int(value, 0) if value[:1].isdigit() else value
    with open(source, "rb") as file:
        globals()[kind](file.read(), out, **options)


main()
