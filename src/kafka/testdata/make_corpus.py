#!/usr/bin/env python3
"""Makes the fuzzers' seeds from the golden bytes: for each message its first and last version, and streams of requests."""
import pathlib
import re
import struct

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parents[2] / "tests" / "fuzz" / "corpus"


def read_apis():
    """(key, name, first version, last version, file), by key."""
    apis = []
    for path in (HERE.parent / "schema").glob("*.def"):
        match = re.search(r"^api (\w+) key (\d+) versions (\d+)-(\d+)", path.read_text(), re.M)
        if match:
            apis.append((int(match[2]), match[1], int(match[3]), int(match[4]), path.stem))
    return sorted(apis)


def golden(stem):
    for line in (HERE / "golden" / f"{stem}.txt").read_text().splitlines():
        direction, version, text, _ = line.split(" ", 3)
        yield direction, int(version), b"" if text == "-" else bytes.fromhex(text)


def main():
    headers = {}
    for line in (HERE / "golden" / "headers.txt").read_text().splitlines():
        name, version, request, _ = line.split()
        headers[name, int(version)] = bytes.fromhex(request)
    messages, frames = CORPUS / "kafka_message_fuzz", CORPUS / "kafka_frame_fuzz"
    for folder in (messages, frames):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    for key, name, first, last, stem in read_apis():
        stream, seen = b"", set()
        for direction, version, body in golden(stem):
            # The first line of each version is the one with something in every field.
            if (direction, version) in seen:
                continue
            seen.add((direction, version))
            if direction == "request":
                frame = headers[name, version] + body
                stream += struct.pack(">i", len(frame)) + frame
            if version in (first, last):
                choice = 2 * (version - first) + (direction == "response")
                (messages / f"{stem}-{direction}-{version}").write_bytes(bytes([key, choice]) + body)
        # The first byte is the size of the pieces in which the rest arrives.
        (frames / stem).write_bytes(bytes([key]) + stream)
    (frames / "http").write_bytes(b"\x07GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    (frames / "tls").write_bytes(bytes.fromhex("0316030100c8010000c40303"))


if __name__ == "__main__":
    main()
