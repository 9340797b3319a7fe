"""The server that a run of clients talks to."""
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Failed(Exception):
    pass


class Server:
    """weft, or Apache Kafka by the name that kafka/start knows. `ready` is the line it prints."""

    def __init__(self, kind, weft):
        self.scratch = tempfile.TemporaryDirectory(prefix="weft-interop-")
        if kind == "weft":
            command = [weft, "serve", "--data-dir", self.scratch.name, "--ready-json"]
            for surface in ("kafka", "http", "registry", "ksql"):
                command += [f"--{surface}", "127.0.0.1:0"]
        else:
            command = [str(HERE / "kafka" / "start"), kind, "--data-dir", self.scratch.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{command[0]} ended before it was ready")
        self.ready = json.loads(line)
        self.kafka = self.ready["kafka"]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.scratch.cleanup()
