#!/usr/bin/env python3
"""The command line against a running demo: what it prints, what it ends with, and that all of it survives a restart."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

WEFT = os.path.abspath(sys.argv.pop())
DONE, FAILED, USAGE, UNREACHABLE, MISSING, REFUSED, OUTDATED = range(7)
PUBLISH = ["--owner", "analytics-team", "--quality", "curated", "--sla", "2", "--tag", "trading",
           "--description", "One fill above 500 a share and 2,500 shares, with the region of its user."]


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weft-cli-")
        cls.start()

    @classmethod
    def start(cls, *more):
        loopback = "127.0.0.1:0"
        cls.server = subprocess.Popen(
            [WEFT, "demo", "--data-dir", f"{cls.folder}/data", "--kafka", loopback, "--http", loopback, "--registry", loopback,
             "--ksql", loopback, "--ready-json", "--log-level", "error", *more], stdout=subprocess.PIPE, text=True)
        cls.ready = json.loads(cls.server.stdout.readline())

    @classmethod
    def stop(cls, how=signal.SIGTERM):
        cls.server.send_signal(how)
        return cls.server.wait()

    @classmethod
    def tearDownClass(cls):
        code = cls.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)
        assert code == 0, f"weft ended with {code}"

    def weft(self, *arguments, expect=DONE, stdin=None, server=None):
        environment = {**os.environ, "WEFT_SERVER": server or f"http://{self.ready['http']}"}
        done = subprocess.run([WEFT, *arguments], input=stdin, capture_output=True, text=True, env=environment, check=False)
        self.assertEqual(done.returncode, expect, f"weft {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout if expect == DONE else done.stderr

    def test_the_demo_holds_three_products_and_one_topic_that_waits(self):
        products = json.loads(self.weft("product", "list", "--json"))
        self.assertGreaterEqual(products["published"], 3)
        topics = {topic["name"]: topic for topic in json.loads(self.weft("topic", "list", "--json"))["topics"]}
        for name in ("stocktrades", "pageviews", "users", "high_value_stock_trades"):
            self.assertIn(name, topics)

    def test_records_are_decoded_and_carry_their_keys(self):
        lines = [json.loads(line) for line in self.weft("consume", "stocktrades", "--from", "earliest", "--count", "5", "--json").splitlines()]
        self.assertEqual(len(lines), 5)
        for line in lines:
            self.assertEqual(line["key"], line["value"]["symbol"])
            self.assertTrue(1 <= line["value"]["quantity"] <= 5000)

    def test_what_is_produced_is_consumed(self):
        self.weft("topic", "create", "round-trip", "--partitions", "3", "--set", "retention.ms=3600000")
        schema = '{"type":"record","name":"R","fields":[{"name":"id","type":"string"},{"name":"n","type":"long"}]}'
        self.weft("schema", "register", "round-trip-value", "-", stdin=schema)
        self.assertIn('"name": "R"', self.weft("schema", "show", "round-trip-value"))
        rows = [{"id": f"k{i}", "n": i} for i in range(100)]
        self.weft("produce", "round-trip", "--key-field", "id", stdin="".join(json.dumps(row) + "\n" for row in rows))
        lines = [json.loads(line) for line in self.weft("consume", "round-trip", "--from", "earliest", "--count", "100", "--json").splitlines()]
        self.assertEqual(sorted((line["value"]["n"] for line in lines)), list(range(100)))
        self.assertEqual({line["partition"] for line in lines}, {0, 1, 2})
        self.assertIn("line 1", self.weft("produce", "round-trip", stdin='{"id":"x"}\n', expect=USAGE))
        self.weft("topic", "delete", "round-trip")
        self.assertIn("round-trip", self.weft("topic", "describe", "round-trip", expect=MISSING))

    def test_publish_is_refused_with_every_finding_then_done_then_undone_and_survives_kill_9(self):
        product = "analytics/high_value_stock_trades"
        self.assertIn("member", self.weft("product", "publish", product, *PUBLISH, "--as", "hsato", expect=REFUSED))
        findings = self.weft("product", "publish", product, "--owner", "analytics-team", "--quality", "excellent", "--description",
                             "short", "--as", "mkovac", expect=REFUSED)
        self.assertIn("description", findings)
        self.assertIn("quality", findings)
        self.weft("product", "publish", product, *PUBLISH, "--as", "mkovac")
        self.stop(signal.SIGKILL)
        self.start()
        shown = json.loads(self.weft("product", "show", product, "--json"))["product"]
        self.assertEqual((shown["owner"], shown["quality"], shown["sla"]), ("analytics-team", "curated", 2))
        self.weft("product", "unpublish", product, "--as", "jlindqvist")
        self.weft("product", "show", product, expect=MISSING)
        self.weft("consume", "high_value_stock_trades", "--from", "earliest", "--count", "1")

    def test_a_place_to_begin_is_taken_whole_or_refused(self):
        line = json.loads(self.weft("consume", "users", "--from", "offset:0:1", "--count", "1", "--json"))
        self.assertEqual((line["partition"], line["offset"]), (0, 1))
        for wrong in ("offset:0:1x", "offset:0x:1", "offset:0:-1", "offset:0", "offset::", "latest"):
            self.assertIn("--from", self.weft("consume", "users", "--from", wrong, "--count", "1", expect=USAGE))

    def test_an_unreachable_server_is_exit_code_3(self):
        self.assertIn("Is weft running there?", self.weft("product", "list", expect=UNREACHABLE, server="http://127.0.0.1:1"))

    def test_an_unknown_command_or_flag_is_exit_code_2(self):
        self.weft("frobnicate", expect=USAGE)
        self.weft("topic", "create", expect=USAGE)
        self.weft("serve", "--partition-count", "0", expect=USAGE)

    def test_a_second_weft_on_the_same_directory_is_refused(self):
        done = subprocess.run([WEFT, "serve", "--data-dir", f"{self.folder}/data", "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0",
                               "--registry", "127.0.0.1:0", "--ksql", "127.0.0.1:0"], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, DONE)
        self.assertIn("data", done.stderr)

    def test_doctor_finds_the_running_server_ready(self):
        self.assertIn("is ready", self.weft("doctor", "--server", f"http://{self.ready['http']}", "--data-dir", f"{self.folder}/data"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
