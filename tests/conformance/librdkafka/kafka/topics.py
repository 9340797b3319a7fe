#!/usr/bin/env python3
"""As much of Kafka's kafka-topics.sh as librdkafka's tests call: --create, --delete, --alter --partitions."""
import argparse
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "interop"))
from wire import Connection, text  # noqa: E402

TIMEOUT_MS = 30_000


def refuse(answer, at, what):
    """Every answer below begins its one result with a name and an error."""
    name_size = struct.unpack(">h", answer[at:at + 2])[0]
    error = struct.unpack(">h", answer[at + 2 + name_size:at + 4 + name_size])[0]
    if error:
        sys.exit(f"kafka-topics.sh: {what}: error {error}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap-server", required=True)
    action = parser.add_mutually_exclusive_group(required=True)
    for name in ("create", "delete", "alter"):
        action.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--replication-factor", type=int, default=1)
    parser.add_argument("--config", action="append", default=[])
    options = parser.parse_args()
    broker = Connection(options.bootstrap_server)
    one = struct.pack(">i", 1) + text(options.topic)
    if options.create:  # v2: [name, partitions, replicas, [assignment], [config]], timeout, validate only
        body = one + struct.pack(">ihi", options.partitions, options.replication_factor, 0)
        body += struct.pack(">i", len(options.config))
        for setting in options.config:
            key, value = setting.split("=", 1)
            body += text(key) + text(value)
        answer = broker.call(19, 2, body + struct.pack(">i?", TIMEOUT_MS, False))
        refuse(answer, 8, f"create {options.topic}")
    elif options.delete:  # v1: [name], timeout
        refuse(broker.call(20, 1, one + struct.pack(">i", TIMEOUT_MS)), 8, f"delete {options.topic}")
    else:  # CreatePartitions v0: [name, count, [assignment]], timeout, validate only
        body = one + struct.pack(">iii?", options.partitions, -1, TIMEOUT_MS, False)
        refuse(broker.call(37, 0, body), 8, f"alter {options.topic}")


if __name__ == "__main__":
    main()
