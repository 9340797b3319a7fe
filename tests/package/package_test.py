#!/usr/bin/env python3
"""The .deb installs into an empty root folder, and what it installed starts, serves the UI and stops cleanly."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request


def main(build):
    work = pathlib.Path(tempfile.mkdtemp(prefix="weft-package-"))
    try:
        return check(pathlib.Path(build), work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check(build, work):
    subprocess.run(["cpack", "-G", "DEB", "-B", str(work / "out")], cwd=build, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (package,) = (work / "out").glob("*.deb")
    root = work / "root"
    admin = root / "var/lib/dpkg"
    for folder in ("info", "updates", "triggers", "parts"):
        (admin / folder).mkdir(parents=True)
    for name in ("status", "available"):
        (admin / name).touch()
    # The libraries it depends on are the host's: the folder holds nothing but this package.
    subprocess.run(["dpkg", f"--root={root}", "--force-depends", "--force-not-root", "--log=/dev/null", "-i", str(package)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    binary = root / "usr/bin/weft"
    loopback = "127.0.0.1:0"
    server = subprocess.Popen(
        [str(binary), "serve", "--data-dir", str(work / "data"), "--kafka", loopback, "--http", loopback, "--registry", loopback,
         "--ksql", loopback, "--ready-json", "--log-level", "warn"], stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(server.stdout.readline())
        assert ready["ready"] is True, ready
        with urllib.request.urlopen(f"http://{ready['http']}/healthz") as answer:
            assert answer.status == 200
        request = urllib.request.Request(f"http://{ready['http']}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(request) as answer:
            assert "<html" in answer.read().decode(), "no page at /"
    finally:
        server.send_signal(signal.SIGTERM)
    code = server.wait()
    assert code == 0, f"weft ended with {code} after SIGTERM"
    print(f"{package.name}: {package.stat().st_size >> 10} KiB, installed, started, stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
