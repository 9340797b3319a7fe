#!/usr/bin/env python3
"""Folders are layers: fails on any #include that follows no arrow of the design, and on a folder with code but no README."""
import pathlib
import re
import sys

ARROWS = {
    "base": [],
    "env": ["base"],
    "record": ["base"],
    "log": ["env", "record"],
    "kafka": ["env", "record"],
    "stream": ["kafka"],
    "state": ["stream"],
    "access": ["base"],
    "identity": ["access", "state"],
    "broker": ["log", "kafka", "stream", "state", "identity"],
    "schema": ["base"],
    "registry": ["schema", "state", "access"],
    "sql": ["registry"],
    "mesh": ["sql", "registry", "identity"],
    "http": ["env", "access"],
    "api": ["mesh", "sql", "registry", "identity", "http"],
    "server": ["api", "broker", "mesh", "sql", "registry", "identity", "http", "log", "stream"],
}
# Heavy or foreign headers that only some folders may see: design, sections 5 and 8.
CONFINED = {
    r"boost/": {"env", "http"},
    r"librdkafka/": {"stream"},
    r"yaml-cpp/": {"identity", "mesh", "api"},
    r"CLI/": {"server"},
    r"toml\+\+/": {"server"},
    r"google/protobuf/": {"schema"},
}


def reachable(layer):
    seen, todo = set(), [layer]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo += ARROWS[at]
    return seen


def main(root):
    source = pathlib.Path(root) / "src"
    faults, files = [], 0
    for folder in sorted(p for p in source.iterdir() if p.is_dir()):
        layer = folder.name
        if layer not in ARROWS:
            faults.append(f"src/{layer}: not a layer of the design")
            continue
        allowed = reachable(layer)
        code = sorted(p for p in folder.rglob("*") if p.suffix in {".h", ".cc"})
        if code and not (folder / "README.md").exists():
            faults.append(f"src/{layer}: has code but no README.md")
        for path in code:
            files += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
                if not match:
                    continue
                header = match.group(1)
                where = f"{path.relative_to(root)}:{number}"
                top = header.split("/")[0]
                if top in ARROWS and "/" in header and top not in allowed:
                    faults.append(f"{where}: {layer} may not include {header}")
                for pattern, layers in CONFINED.items():
                    if re.match(pattern, header) and layer not in layers:
                        faults.append(f"{where}: {header} belongs to {', '.join(sorted(layers))} only")
                    if re.match(r"boost/", header) and path.suffix == ".h":
                        faults.append(f"{where}: {header} may appear in .cc files only")
    print("\n".join(faults) if faults else f"{files} files keep the layers")
    return 1 if faults or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
