#!/usr/bin/env python3
"""`weft serve` with settings from a file, the environment and flags, and several Kafka listeners: what it then says of
itself, on every surface that says it."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

WEFT = os.path.abspath(sys.argv.pop())


def broker_told_by(address):
    """Id and address of the only broker, in an answer to Metadata v1 from this listener."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as kafka:
        request = struct.pack(">hhih", 3, 1, 7, -1) + struct.pack(">i", 0)
        kafka.sendall(struct.pack(">i", len(request)) + request)
        stream = kafka.makefile("rb")
        answer = stream.read(struct.unpack(">i", stream.read(4))[0])
    count, node_id, size = struct.unpack(">iih", answer[4:14])
    assert count == 1
    told = answer[14:14 + size].decode()
    return node_id, f"{told}:{struct.unpack('>i', answer[14 + size:18 + size])[0]}"


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weft-serve-")
        with open(f"{cls.folder}/weft.toml", "w", encoding="utf-8") as file:
            file.write("kafka = ['127.0.0.1:0@kafka.example.org:19092', '127.0.0.1:0']\n"
                       "region = 'eu-file'\nenvironment = 'file'\n")
        any_port = "127.0.0.1:0"
        cls.server = subprocess.Popen(
            [WEFT, "serve", "--config", f"{cls.folder}/weft.toml", "--data-dir", f"{cls.folder}/data", "--http", any_port,
             "--registry", any_port, "--ksql", any_port, "--partition-count", "3", "--node-id", "42",
             "--ready-json", "--log-level", "error"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "WEFT_ENVIRONMENT": "staging"})
        cls.ready = json.loads(cls.server.stdout.readline())

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        code = cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)
        assert code == 0, f"weft ended with {code}"

    def get(self, path, port="http"):
        return self.call("GET", path, port)

    def call(self, method, path, port, body=None):
        connection = http.client.HTTPConnection(self.ready[port], timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
        finally:
            connection.close()

    def get_json(self, path):
        status, _, body = self.get(path)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_every_kafka_listener_advertises_its_own_address(self):
        advertised, bound = self.get_json("/api/v1/server")["addresses"]["kafka"]
        self.assertEqual(advertised, "kafka.example.org:19092")
        self.assertNotEqual(bound, self.ready["kafka"], "ready names the first listener, this is the second")
        self.assertEqual(broker_told_by(self.ready["kafka"])[1], "kafka.example.org:19092")
        self.assertEqual(broker_told_by(bound)[1], bound)

    def test_clients_are_told_the_node_id(self):
        self.assertEqual(broker_told_by(self.ready["kafka"])[0], 42)

    def test_settings_say_what_holds_and_where_it_came_from(self):
        settings = {each["name"]: each for each in self.get_json("/api/v1/settings")["settings"]}
        self.assertEqual((settings["region"]["value"], settings["region"]["source"]), ("eu-file", "file"))
        self.assertEqual((settings["environment"]["value"], settings["environment"]["source"]), ("staging", "environment"))
        self.assertEqual((settings["partition_count"]["value"], settings["partition_count"]["source"]), ("3", "flag"))
        self.assertEqual(settings["auto_create_topics"]["source"], "default")
        server = self.get_json("/api/v1/server")
        self.assertEqual((server["cluster"]["region"], server["cluster"]["environment"]), ("eu-file", "staging"))

    def test_metrics_are_in_prometheus_form_and_count(self):
        sample = re.compile(r'[a-z_:][a-z0-9_:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.+eEinfaINF-]+')

        def read():
            status, content_type, body = self.get("/metrics")
            self.assertEqual(status, 200)
            self.assertTrue(content_type.startswith("text/plain; version=0.0.4"), content_type)
            typed, samples = set(), {}
            for line in body.splitlines():
                if line.startswith("# TYPE "):
                    typed.add(line.split()[2])
                elif not line.startswith("#"):
                    self.assertRegex(line, f"^{sample.pattern}$")
                    name, value = line.rsplit(" ", 1)
                    self.assertIn(re.sub(r"(_bucket|_sum|_count)?(\{.*)?$", "", name), typed | {re.sub(r"\{.*", "", name)})
                    samples[name] = float(value)
            return samples

        asked = 'weft_http_requests_total{port="http",status="4xx"}'
        before = read()[asked]
        self.assertEqual(self.get("/api/v1/no/such/path")[0], 404)
        after = read()
        self.assertEqual(after[asked], before + 1)
        for family in ("weft_http_", "weft_kafka_"):
            self.assertTrue(any(name.startswith(family) for name in after), f"{family}*: {sorted(after)[:20]}")

    def test_what_the_registry_deletes_and_is_set_to_is_in_the_audit(self):
        def ask(method, path, body=None):
            status, _, answer = self.call(method, path, "registry", body)
            self.assertEqual(status, 200, answer)

        ask("POST", "/subjects/orders-value/versions", json.dumps({"schema": '"string"'}))
        ask("PUT", "/config/orders-value", json.dumps({"compatibility": "FULL"}))
        ask("DELETE", "/subjects/orders-value")
        while True:  # an entry is written after the answer
            entries = self.get_json("/api/v1/audit?subject=subject%3Aorders-value")["entries"]
            if len(entries) == 3:
                break
        deleted, configured, registered = entries
        self.assertEqual((deleted["action"], deleted["outcome"]), ("schema.delete", "done"))
        self.assertEqual((deleted["call"]["method"], deleted["call"]["path"]), ("DELETE", "/subjects/orders-value"))
        self.assertEqual((configured["action"], configured["outcome"]), ("schema.configure", "done"))
        self.assertEqual(json.loads(configured["call"]["body"]), {"compatibility": "FULL"})
        self.assertEqual((registered["action"], registered["outcome"]), ("schema.register", "done"))

    def test_it_is_healthy_and_ready(self):
        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertEqual(self.get("/readyz")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=1)
