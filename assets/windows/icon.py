#!/usr/bin/env python3
"""Draws wci.ico: a prompt and a tick on a dark pane. Needs nothing but Python.  Use: icon.py wci.ico"""

import struct
import sys
import zlib

PANE, EDGE, PROMPT, TICK = (16, 40, 64), (74, 144, 196), (255, 255, 255), (112, 220, 130)
SHARP = 8  # samples in each direction of a pixel

# On a grid of 16, so that at 16 pixels the strokes lie on whole pixels as far as slanted strokes can.
CHEVRON = [(3.0, 4.5), (6.5, 8.0), (3.0, 11.5)]
CHECK = [(7.9, 9.6), (9.9, 11.6), (13.4, 5.6)]


def near(x, y, line, width):
    """Whether a point is within a stroke with round ends."""
    for (ax, ay), (bx, by) in zip(line, line[1:]):
        dx, dy = bx - ax, by - ay
        t = max(0, min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
        if (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2 <= width * width / 4:
            return True
    return False


def inside(x, y, margin, radius):
    low, high = margin + radius, 16 - margin - radius
    dx, dy = max(low - x, 0, x - high), max(low - y, 0, y - high)
    return dx * dx + dy * dy <= radius * radius


def colour(x, y, size):
    # Small sizes get bolder strokes and a whole pixel of edge.
    edge, stroke = (1.0, 2.0) if size <= 16 else (0.75, 1.7) if size <= 48 else (0.6, 1.5)
    if not inside(x, y, 0, 2.5):
        return None
    if near(x, y, CHEVRON, stroke):
        return PROMPT
    if near(x, y, CHECK, stroke):
        return TICK
    return PANE if inside(x, y, edge, 2.5 - edge) else EDGE


def draw(size):
    """Rows of (red, green, blue, alpha)."""
    rows = []
    for row in range(size):
        rows.append([])
        for column in range(size):
            seen = [colour((column + (i + 0.5) / SHARP) * 16 / size, (row + (j + 0.5) / SHARP) * 16 / size, size)
                    for i in range(SHARP) for j in range(SHARP)]
            drawn = [c for c in seen if c]
            mean = [round(sum(c[k] for c in drawn) / len(drawn)) for k in range(3)] if drawn else [0, 0, 0]
            rows[-1].append((*mean, round(255 * len(drawn) / len(seen))))
    return rows


def png(rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = len(rows)
    raw = b"".join(b"\0" + bytes(v for pixel in row for v in pixel) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", size, size, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def bitmap(rows):
    """What every Windows and every windres reads; the mask is left to the alpha."""
    size = len(rows)
    head = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    pixels = b"".join(bytes((b, g, r, a)) for row in reversed(rows) for r, g, b, a in row)
    return head + pixels + bytes((size + 31) // 32 * 4 * size)


def main():
    images = [(size, draw(size)) for size in (16, 32, 48, 256)]
    data = [png(rows) if size == 256 else bitmap(rows) for size, rows in images]
    at = 6 + 16 * len(images)
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<3H", 0, 1, len(images)))
        for (size, _), image in zip(images, data):
            out.write(struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(image), at))
            at += len(image)
        out.writelines(data)


main()
