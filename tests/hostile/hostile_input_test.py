#!/usr/bin/env python3
"""Whatever is sent to the ports of the real binary: a clear answer of the right kind or a closed connection, no crash,
bounded memory, and everybody else is served on. Nothing here needs a Kafka client: bytes are made by hand."""
import http.client
import json
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

WEFT = sys.argv.pop()
MEMORY_GROWTH_MB_MAX = 96


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def header(api, version, correlation=7):
    return struct.pack(">hhi", api, version, correlation) + string("hostile")


def frame(body):
    return struct.pack(">i", len(body)) + body


def batch(value=b"hello", claimed_count=None, magic=2, break_crc=False, attributes=0, delta=None):
    record = b"\x00\x00\x00\x01" + bytes([len(value) << 1]) + value + b"\x00"
    records = bytes([len(record) << 1]) + record
    count = 1 if claimed_count is None else claimed_count
    delta = count - 1 if delta is None else delta
    body = struct.pack(">hiqqqhii", attributes, delta, 1, 1, -1, -1, -1, count) + records
    crc = crc32c(body) ^ (1 if break_crc else 0)
    return struct.pack(">qiibI", 0, len(body) + 9, -1, magic, crc) + body


def produce(topic, records, acks=-1, version=7):
    return frame(header(0, version) + struct.pack(">hhii", -1, acks, 1000, 1) + string(topic) +
                 struct.pack(">iii", 1, 0, len(records)) + records)


class Kafka:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """One response without its length, or None when the connection was closed."""
        try:
            head = self.read(4)
            return self.read(struct.unpack(">i", head)[0]) if head else None
        except ConnectionResetError:
            return None

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                return None
            data += piece
        return data


class HostileInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weft-hostile-")
        loopback = "127.0.0.1:0"
        cls.server = subprocess.Popen(
            [WEFT, "serve", "--data-dir", f"{cls.folder}/data", "--kafka", loopback, "--http", loopback, "--registry", loopback,
             "--ksql", loopback, "--ready-json", "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        cls.ready = json.loads(cls.server.stdout.readline())
        cls.memory_at_start_mb = cls.memory_mb()

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        code = cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)
        assert code == 0, f"weft ended with {code}"

    @classmethod
    def memory_mb(cls):
        for line in pathlib.Path(f"/proc/{cls.server.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        return 0

    def tearDown(self):
        self.assertIsNone(self.server.poll(), "weft is gone")
        with Kafka(self.ready["kafka"]) as kafka:  # Everybody else is served on.
            kafka.send(frame(header(18, 0)))
            self.assertEqual(kafka.receive()[:6], struct.pack(">ih", 7, 0))
        self.assertLess(self.memory_mb() - self.memory_at_start_mb, MEMORY_GROWTH_MB_MAX)

    def closed_after(self, data):
        with Kafka(self.ready["kafka"]) as kafka:
            kafka.send(data)
            self.assertIsNone(kafka.receive())

    # ---- Kafka frames

    def test_an_absurd_frame_length_closes_the_connection(self):
        for length in (0x7FFFFFFF, -1, -2147483648, 200 << 20):
            self.closed_after(struct.pack(">i", length) + b"x" * 64)

    def test_a_frame_too_short_for_its_header_closes_the_connection(self):
        self.closed_after(frame(b"\x00\x12"))

    def test_an_unknown_api_closes_the_connection(self):
        self.closed_after(frame(header(9999, 0)))

    def test_an_unknown_version_closes_the_connection(self):
        self.closed_after(frame(header(3, 99) + b"\x00" * 32))

    def test_an_unknown_version_of_api_versions_answers_error_35_in_version_0(self):
        with Kafka(self.ready["kafka"]) as kafka:
            kafka.send(frame(struct.pack(">hhi", 18, 90, 5) + string("hostile") + b"\x00\x00"))
            self.assertEqual(kafka.receive()[:6], struct.pack(">ih", 5, 35))

    def test_an_array_that_claims_two_billion_entries_closes_the_connection(self):
        self.closed_after(frame(header(3, 1) + struct.pack(">i", 0x7FFFFFFF)))

    def test_a_name_of_invalid_utf8_closes_the_connection(self):
        self.closed_after(frame(header(3, 1) + struct.pack(">ih", 1, 2) + b"\xff\xfe"))

    def test_random_bytes_close_the_connection(self):
        import random
        source = random.Random(11)
        for _ in range(50):
            self.closed_after(frame(source.randbytes(source.randrange(1, 400))) + b"")

    def test_http_sent_to_the_kafka_port_closes_the_connection(self):
        self.closed_after(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def test_ten_thousand_half_frames_cost_little(self):
        sockets = []
        for _ in range(500):
            kafka = Kafka(self.ready["kafka"])
            kafka.send(struct.pack(">i", 50 << 20) + b"x" * 100)
            sockets.append(kafka)
        self.assertLess(self.memory_mb() - self.memory_at_start_mb, MEMORY_GROWTH_MB_MAX)
        for kafka in sockets:
            kafka.socket.close()

    # ---- Record batches

    def error_of(self, records, topic="hostile-topic", acks=-1):
        with Kafka(self.ready["kafka"]) as kafka:
            kafka.send(frame(header(3, 1) + struct.pack(">i", 1) + string(topic)))  # Makes the topic.
            kafka.receive()
            kafka.send(produce(topic, records, acks))
            answer = kafka.receive()
            self.assertIsNotNone(answer)
            at = 4 + 4 + 2 + len(topic) + 4 + 4
            return struct.unpack(">h", answer[at:at + 2])[0]

    def test_a_sound_batch_is_taken(self):
        self.assertEqual(self.error_of(batch()), 0)

    def test_a_wrong_checksum_is_error_2(self):
        self.assertEqual(self.error_of(batch(break_crc=True)), 2)

    def test_a_batch_of_an_old_format_is_refused(self):
        self.assertIn(self.error_of(batch(magic=1)), (2, 43, 87))

    def test_a_record_count_that_is_not_true_is_refused(self):
        self.assertIn(self.error_of(batch(claimed_count=5)), (2, 87))
        self.assertIn(self.error_of(batch(delta=3)), (2, 87))

    def test_a_control_batch_from_a_client_is_refused(self):
        self.assertIn(self.error_of(batch(attributes=0x20)), (2, 87))

    def test_an_unknown_codec_is_refused(self):
        self.assertIn(self.error_of(batch(attributes=7)), (2, 76, 87))

    def test_two_batches_where_one_belongs_are_refused(self):
        self.assertIn(self.error_of(batch() + batch()), (2, 87))

    def test_a_truncated_batch_is_refused(self):
        self.assertIn(self.error_of(batch()[:-3]), (2, 87))

    def test_other_acks_are_error_21(self):
        self.assertEqual(self.error_of(batch(), acks=7), 21)

    def test_a_batch_above_the_limit_is_error_10(self):
        value = bytes(3 << 20)
        record = b"\x00\x00\x00\x01" + varint(len(value)) + value + b"\x00"
        body = struct.pack(">hiqqqhii", 0, 0, 1, 1, -1, -1, -1, 1) + varint(len(record)) + record
        # The checksum of 3 MiB takes minutes in Python; size is checked first.
        self.assertIn(self.error_of(struct.pack(">qiibI", 0, len(body) + 9, -1, 2, 0) + body), (2, 10))

    # ---- HTTP

    def request(self, port, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.ready[port], timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def test_a_body_of_100_mb_is_refused_with_413(self):
        for port, path in (("http", "/api/v1/session"), ("registry", "/subjects/a/versions")):
            with socket.create_connection(self.ready[port].rsplit(":", 1), timeout=60) as plain:
                plain.sendall(f"POST {path} HTTP/1.1\r\nHost: {self.ready[port]}\r\nContent-Type: application/json\r\n"
                              f"Content-Length: {100 << 20}\r\n\r\n".encode())
                try:
                    for _ in range(100):
                        plain.sendall(b"x" * (1 << 20))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # Refused before it was all sent: better.
                try:
                    answer = plain.recv(100)
                except ConnectionResetError:
                    continue
                if answer:
                    self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer)

    def exchange(self, port, request):
        """Status, content type and body of the answer to raw bytes; the connection is closed after it."""
        with socket.create_connection(self.ready[port].rsplit(":", 1), timeout=60) as plain:
            plain.sendall(request)
            answer = http.client.HTTPResponse(plain)
            answer.begin()
            return answer.status, answer.headers["Content-Type"], json.loads(answer.read())

    def test_every_port_refuses_in_its_own_format(self):
        shapes = {
            "http": ("application/problem+json", lambda status, body: body["status"] == status and body["detail"]),
            "registry": ("application/vnd.schemaregistry.v1+json",
                         lambda status, body: set(body) == {"error_code", "message"} and body["error_code"] == status),
            "ksql": ("application/json", lambda status, body: body["@type"] == "generic_error" and
                     body["error_code"] == status * 100),
        }
        for port, (content_type, fits) in shapes.items():
            host = f"Host: {self.ready[port]}\r\n"
            refusals = {
                400: "nonsense\r\n\r\n",
                403: "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                404: f"GET /api/no/such/path HTTP/1.1\r\n{host}\r\n",
                405: f"DELETE /{'api/v1/server' if port == 'http' else 'schemas/types'} HTTP/1.1\r\n{host}\r\n",
                413: f"POST /subjects/a/versions HTTP/1.1\r\n{host}Content-Length: {1 << 40}\r\n\r\n",
                431: f"GET / HTTP/1.1\r\n{host}X: {'a' * 40000}\r\n\r\n",
                501: f"BREW / HTTP/1.1\r\n{host}\r\n",
            }
            for wanted, request in refusals.items():
                status, got_type, body = self.exchange(port, request.encode())
                if port == "ksql" and wanted in (404, 405):
                    wanted = 501  # There is no SQL engine yet.
                self.assertEqual(status, wanted, (port, body))
                self.assertEqual(got_type, content_type, (port, body))
                self.assertTrue(fits(status, body), (port, body))

    def test_a_foreign_host_or_origin_is_refused_on_every_port(self):
        for port in ("http", "registry", "ksql"):
            self.assertIn(self.request(port, "GET", "/", headers={"Host": "evil.example"})[0], (403, 421))
            self.assertEqual(self.request(port, "POST", "/api/v1/session", b"{}", {"Origin": "http://evil.example"})[0], 403)

    def test_a_schema_nested_10000_deep_is_refused(self):
        text = '{"type":"array","items":' * 10000 + '"int"' + "}" * 10000
        status, body = self.request("registry", "POST", "/subjects/deep/versions", json.dumps({"schema": text}),
                                    {"Content-Type": "application/json"})
        self.assertEqual(status, 422, body[:300])
        self.assertIn("error_code", json.loads(body))

    def test_json_nested_10000_deep_is_refused(self):
        for port, path in (("http", "/api/v1/products/check"), ("registry", "/subjects/deep/versions")):
            status, _ = self.request(port, "POST", path, "[" * 10000, {"Content-Type": "application/json"})
            self.assertIn(status, (400, 413, 422))

    def test_invalid_utf8_in_a_body_is_refused(self):
        for port, path in (("http", "/api/v1/products/check"), ("registry", "/subjects/a/versions")):
            status, _ = self.request(port, "POST", path, b'{"schema":"\xff\xfe"}', {"Content-Type": "application/json"})
            self.assertIn(status, (400, 422))

    def test_invalid_utf8_in_a_path_is_refused(self):
        self.assertIn(self.request("http", "GET", "/api/v1/products/%ff/%fe")[0], (400, 404))

    def test_an_unknown_field_is_named(self):
        status, body = self.request("http", "POST", "/api/v1/products/check", b'{"domian":"a"}', {"Content-Type": "application/json"})
        self.assertIn(status, (400, 422))
        self.assertIn(b"domian", body)

    def test_request_lines_and_headers_without_end_are_cut(self):
        for port in ("http", "registry"):
            with socket.create_connection(self.ready[port].rsplit(":", 1), timeout=60) as plain:
                try:
                    plain.sendall(b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * (1 << 20))
                    answer = plain.recv(100)
                except (BrokenPipeError, ConnectionResetError):
                    continue
                self.assertTrue(not answer or b" 431 " in answer or b" 400 " in answer, answer)


def varint(value):
    value <<= 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


if __name__ == "__main__":
    unittest.main(verbosity=1)
