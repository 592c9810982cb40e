#!/usr/bin/env python3
"""Wraps an ISO as programs did that are gone, from the layouts alone: wrapped.py KIND IN OUT [NAME=VALUE...]

KIND is a function below, NAME=VALUE what it takes. Numbers may be hexadecimal.
"""
import base64
import bz2
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
        if version != 0x100 and (kind == "plain" or len(stored) >= chunk):  # 0x100 has no sign for plain ones
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


# ---- DMG ----

def adc(data):
    """Apple Data Compression: literals, matches of two bytes (near, short) and of three."""
    out, literals, at, seen = bytearray(), bytearray(), 0, {}

    def flush():
        for i in range(0, len(literals), 128):
            out.append(0x80 | len(literals[i:i + 128]) - 1)
            out.extend(literals[i:i + 128])
        literals.clear()

    while at < len(data):
        key = data[at:at + 4]
        before = seen.get(key, -1)
        seen[key] = at
        distance = at - before
        if before < 0 or distance > 65536 or len(key) < 4:
            literals.append(data[at])
            at += 1
            continue
        length = 0
        while at + length < len(data) and length < 67 and data[at + length] == data[before + length]:
            length += 1
        flush()
        if length <= 18 and distance <= 1024:
            out += bytes(((length - 3) << 2 | (distance - 1) >> 8, (distance - 1) & 255))
        else:
            out += bytes((0x40 | length - 4, (distance - 1) >> 8, (distance - 1) & 255))
        at += length
    flush()
    return bytes(out)


DMG_KINDS = {
    "plain": (1, lambda data: data),
    "adc": (0x80000004, adc),
    "zlib": (0x80000005, zlib.compress),
    "bzip2": (0x80000006, bz2.compress),
    "xz": (0x80000008, lzma.compress),
}


def mish(first, runs, parts_crc):
    sectors = sum(run[2] for run in runs)
    head = struct.pack(">4sIQQQII24xIII124x", b"mish", 1, first, sectors, 0, 2056, 0, 2, 32, parts_crc)
    end = runs[-1][3] + runs[-1][4]
    runs = runs + [(0xFFFFFFFF, runs[-1][1] + runs[-1][2], 0, end, 0)]
    return head + struct.pack(">I", len(runs)) + b"".join(
        struct.pack(">IIQQQQ", kind, 0, at, count, offset, length) for kind, at, count, offset, length in runs)


def koly(data_at, data_size, running, list_at, list_size, sectors, data_crc, image_crc, segment, segments):
    return struct.pack(">4sIIIQQQQQII16xIII124xQQ120xIII124xIQ12x", b"koly", 4, 512, 1, running, data_at, data_size, 0, 0,
                       segment, segments, 2, 32, data_crc, list_at, list_size, 2, 32, image_crc, 1, sectors)


def property_list(tables):
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n<key>resource-fork</key>\n<dict>\n'
    text += "<key>blkx</key>\n<array>\n"
    for number, table in enumerate(tables):
        text += "<dict><key>Attributes</key><string>0x0050</string><key>CFName</key><string>part %d</string>" % number
        text += "<key>Data</key>\n<data>\n" + base64.encodebytes(table).decode() + "</data>\n<key>ID</key><string>%d" % number
        text += "</string><key>Name</key><string>part %d</string></dict>\n" % number
    return (text + "</array>\n</dict>\n</dict>\n</plist>\n").encode()


def dmg(image, out, chunk=0x40000, packed="zlib", segments=1, tables=1):
    """packed: a key of DMG_KINDS or mixed (each in turn); pieces of zeros are zeros."""
    image += bytes(-len(image) % 512)
    runs, data, first = [], b"", 0
    for number, at in enumerate(range(0, len(image), chunk)):
        piece = image[at:at + chunk]
        kind, pack = DMG_KINDS[list(DMG_KINDS)[number % len(DMG_KINDS)] if packed == "mixed" else packed]
        stored = b"" if not any(piece) else pack(piece)
        runs.append((kind if stored else number % 2 * 2, at // 512, len(piece) // 512, len(data), len(stored)))
        data += stored
    blobs = []
    for part in range(tables):
        mine = runs[len(runs) * part // tables:len(runs) * (part + 1) // tables]
        first = mine[0][1]
        crc = 0
        for kind, at, count, _, _ in mine:
            if kind != 2:  # what is of no account is not in the sum
                crc = zlib.crc32(image[at * 512:(at + count) * 512], crc)
        blobs.append(mish(first, [(k, at - first, n, offset, size) for k, at, n, offset, size in mine], crc))
    crcs = b"".join(blob[72:76] for blob in blobs)
    listed = property_list(blobs)
    cut = [len(data) * i // segments for i in range(segments + 1)]
    for segment in range(segments):
        mine = data[cut[segment]:cut[segment + 1]]
        name = out if segment == 0 else out[:-3] + "%03d.dmgpart" % (segment + 1)
        with open(name, "wb") as file:
            file.write(mine + (listed if segment == 0 else b""))
            file.write(koly(0, len(mine), cut[segment], len(mine) if segment == 0 else 0,
                            len(listed) if segment == 0 else 0, len(image) // 512, zlib.crc32(mine), zlib.crc32(crcs),
                            segment + 1, segments))


# ---- A disc for the GameCube ----

def gamecube(image, out):
    """16 MiB that wit takes for a disc: header, a program of nothing, a table of files with the image in it."""
    disc = bytearray(16 << 20)
    disc[:6], disc[0x1C:0x20] = b"GTST01", bytes.fromhex("C2339F3D")
    program = bytearray(0x200)
    for at, value in ((0, 0x100), (0x48, 0x80003100), (0x90, 0x100), (0xE0, 0x80003100)):
        struct.pack_into(">I", program, at, value)
    table = struct.pack(">III", 0x01000000, 0, 2) + struct.pack(">III", 0, 0x800000, len(image)) + b"a.iso\0"
    struct.pack_into(">IIII", disc, 0x420, 0x3000, 0x4880, len(table), len(table))
    for at, piece in ((0x3000, program), (0x4880, table), (0x800000, image)):
        disc[at:at + len(piece)] = piece
    with open(out, "wb") as file:
        file.write(disc)


def main():
    kind, source, out = sys.argv[1:4]
    options = {}
    for pair in sys.argv[4:]:
        name, value = pair.split("=")
        options[name] = int(value, 0) if value[:1].isdigit() else value
    with open(source, "rb") as file:
        globals()[kind](file.read(), out, **options)


main()
