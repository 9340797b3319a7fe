#!/usr/bin/env python3
"""Makes the Kafka codec from schema/*.def: structs, both directions of every message, the tables of APIs and errors.

    generate.py --list OUT     prints what will be written, for CMake
    generate.py OUT            writes it, touching only files whose text changes

One header per API, but few .cc files: each costs a compiler start.
"""
import pathlib
import sys

sys.dont_write_bytecode = True

from codec import emit_codec, emit_header  # noqa: E402
from cpp import Text  # noqa: E402
from definitions import read_apis  # noqa: E402
from reflection import emit_reflection  # noqa: E402
from tables import emit_api_key, emit_api_table, emit_error_codes, emit_error_table  # noqa: E402

CODEC_FILES = 4


def field_count(api):
    return sum(len(s.fields) for m in api.messages.values() for s in m.structs)


def split(apis):
    """Shares the APIs out over files of about the same size, in a way that depends on the definitions only."""
    parts = [[] for _ in range(CODEC_FILES)]
    for api in sorted(apis, key=lambda a: (-field_count(a), a.key)):
        min(parts, key=lambda p: sum(map(field_count, p))).append(api)
    return [sorted(p, key=lambda a: a.key) for p in parts]


def emit_umbrella(apis):
    out = Text("*.def")
    out("#pragma once", "", "// All messages; include kafka/messages/NAME.h where one is enough.")
    out(*(f'#include "kafka/messages/{api.file}.h"' for api in apis))
    return str(out)


def outputs():
    apis = read_apis()
    files = {f"messages/{api.file}.h": emit_header(api) for api in apis}
    files |= {f"codec_{i}.cc": emit_codec(part) for i, part in enumerate(split(apis), 1)}
    return files | {
        "messages.h": emit_umbrella(apis),
        "api_key.h": emit_api_key(apis),
        "api_table.cc": emit_api_table(apis),
        "error_codes.h": emit_error_codes(),
        "error_table.cc": emit_error_table(),
        "reflection_testing.cc": emit_reflection(apis),
    }


def main(arguments):
    files = {pathlib.Path(arguments[-1]) / "kafka" / name: text for name, text in outputs().items()}
    if arguments[0] == "--list":
        print(";".join(map(str, sorted(files))), end="")
        return
    for path, text in files.items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
