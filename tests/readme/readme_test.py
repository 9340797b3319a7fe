#!/usr/bin/env python3
"""What the documents tell people to type exists, and what runs in a second is run.

Every `./dev X` in a Markdown file is a command of ./dev; every `weft X` is a command of weft that explains itself; the blocks
marked ```sh run-in-demo of README.md are run, line by line, against a fresh `weft demo`.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile


def documents(root):
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    return [root / name for name in listed]


def code_of(text):
    yield from re.findall(r"`([^`\n]+)`", text)
    for block in re.findall(r"```(?:sh|console)?[^\n]*\n(.*?)```", text, re.S):
        yield from block.splitlines()


def main(root, weft):
    root, faults, seen = pathlib.Path(root), [], 0
    dev_help = subprocess.run([str(root / "dev")], cwd=root, capture_output=True, text=True, check=True).stdout
    for path in documents(root):
        for line in code_of(path.read_text()):
            line = line.strip().removeprefix("$ ")
            if match := re.match(r"\./dev ([a-z]+)", line):
                seen += 1
                if not re.search(rf"\./dev .*\b{match.group(1)}\b", dev_help):
                    faults.append(f"{path.relative_to(root)}: ./dev knows no '{match.group(1)}'")
            if match := re.match(r"(?:build/release/)?weft ((?:[a-z]+)(?: [a-z]+)?)", line):
                seen += 1
                words = match.group(1).split()
                if words[0] not in ("topic", "schema", "product", "log"):
                    words = words[:1]
                done = subprocess.run([weft, *words, "--help"], capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    faults.append(f"{path.relative_to(root)}: `weft {' '.join(words)}` is no command")
    blocks = re.findall(r"```sh run-in-demo\n(.*?)```", (root / "README.md").read_text(), re.S)
    if blocks:
        faults += run_in_demo(weft, [line for block in blocks for line in block.splitlines() if line.strip()])
    print("\n".join(faults) if faults else f"{seen} commands in the documents exist")
    return 1 if faults or seen == 0 else 0


def run_in_demo(weft, lines):
    work = tempfile.mkdtemp(prefix="weft-readme-")
    loopback = "127.0.0.1:0"
    server = subprocess.Popen(
        [weft, "demo", "--data-dir", f"{work}/data", "--kafka", loopback, "--http", loopback, "--registry", loopback, "--ksql",
         loopback, "--ready-json", "--log-level", "warn"], stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(server.stdout.readline())
        environment = {**os.environ, "WEFT_SERVER": f"http://{ready['http']}", "PATH": f"{pathlib.Path(weft).parent}:{os.environ['PATH']}"}
        faults = []
        for line in lines:
            line = line.replace("127.0.0.1:9092", ready["kafka"]).split("#")[0]
            done = subprocess.run(["bash", "-c", line], cwd=work, env=environment, capture_output=True, text=True, errors="replace", check=False)
            if done.returncode != 0:
                faults.append(f"README.md: `{line.strip()}` ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return faults
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
