"""As much of the Kafka protocol as a check behind the clients' backs needs: no client, no dependency."""
import socket
import struct

ASKED_MAX = 100_000  # Round trips; a minute or two.


class Connection:
    def __init__(self, bootstrap):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)

    def close(self):
        self.socket.close()

    def call(self, api, version, body):
        """Request header v1, response header v0: versions before flexible ones only."""
        header = struct.pack(">hhih", api, version, 1, -1)
        self.socket.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        size = struct.unpack(">i", self.read(4))[0]
        return self.read(size)[4:]

    def read(self, size):
        got = bytearray()
        while len(got) < size:
            some = self.socket.recv(size - len(got))
            if not some:
                raise ConnectionError("the broker closed the connection")
            got += some
        return bytes(got)


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def create_topic(bootstrap, name, partitions):
    connection = Connection(bootstrap)
    body = struct.pack(">i", 1) + text(name) + struct.pack(">ihii", partitions, 1, 0, 0) + struct.pack(">i?", 30000, False)
    answer = connection.call(19, 2, body)  # CreateTopics v2: throttle, [name, error, message]
    at = 4 + 4 + 2 + len(name.encode())
    error = struct.unpack(">h", answer[at:at + 2])[0]
    if error:
        raise RuntimeError(f"create topic {name}: error {error}")
    # Apache Kafka's broker hears of it from its controller a moment later.
    if not any(is_known(connection, name) for _ in range(ASKED_MAX)):
        raise RuntimeError(f"create topic {name}: the broker never came to know it")
    connection.close()


def is_known(connection, topic):
    answer = connection.call(3, 1, struct.pack(">i", 1) + text(topic))  # Metadata v1: [brokers], controller, [topics]
    at = 4
    for _ in range(struct.unpack(">i", answer[:4])[0]):
        host = struct.unpack(">h", answer[at + 4:at + 6])[0]
        at += 6 + host + 4
        rack = struct.unpack(">h", answer[at:at + 2])[0]
        at += 2 + max(rack, 0)
    at += 4 + 4
    error = struct.unpack(">h", answer[at:at + 2])[0]
    at += 4 + len(topic.encode()) + 1 + 4 + 2 + 4
    return error == 0 and struct.unpack(">i", answer[at:at + 4])[0] >= 0  # The first partition has a leader.


def batches(bootstrap, topic, partition):
    """Every record batch as (base offset, codec, producer id, record count)."""
    connection = Connection(bootstrap)
    found, offset = [], 0
    while True:
        body = struct.pack(">iiiibii", -1, 100, 1, 50 << 20, 0, 0, -1) + struct.pack(">i", 1) + text(topic) + struct.pack(
            ">iiiqqi", 1, partition, -1, offset, -1, 50 << 20) + struct.pack(">i", 0)
        answer = connection.call(1, 10, body)  # Fetch v10: the first that carries Zstandard
        at = 4 + 2 + 4 + 4 + 2 + len(topic.encode()) + 4
        _, error, high_watermark, _, _, aborted = struct.unpack(">ihqqqi", answer[at:at + 34])
        if error:
            raise RuntimeError(f"fetch {topic}-{partition}: error {error}")
        at += 34 + 16 * max(aborted, 0)
        size = struct.unpack(">i", answer[at:at + 4])[0]
        records = answer[at + 4:at + 4 + size]
        while len(records) >= 61:
            base, length, _, magic, _, attributes, last, _, _, producer, _, _, count = struct.unpack(">qiibIhiqqqhii", records[:61])
            if magic != 2 or len(records) < 12 + length:
                break
            if base >= offset:
                found.append((base, ["none", "gzip", "snappy", "lz4", "zstd"][attributes & 7], producer, count))
            offset = max(offset, base + last + 1)
            records = records[12 + length:]
        if offset >= high_watermark:
            connection.close()
            return found
