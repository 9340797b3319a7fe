#!/usr/bin/env python3
"""The command line against a running demo: what it prints, what it ends with, and that all of it survives a restart."""
import datetime
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

    def test_words_and_names_are_completed(self):
        def complete(*words):
            return self.weft("__complete", "--", *words).split("\n")[:-1]

        self.assertIn("product", complete("pro"))
        self.assertIn("publish", complete("product", ""))
        self.assertEqual(complete("product", "show", "execution/sto"), ["execution/stocktrades"])
        self.assertIn("stocktrades", complete("topic", "describe", "--json", "stock"))
        self.assertIn("--quality", complete("product", "publish", "a/b", "--q"))
        self.assertEqual(complete("export", "product", "--standard", ""), ["asyncapi", "odcs"])
        self.assertEqual(complete("consume", "--from", ""), [])
        self.assertEqual(self.weft("__complete", "--", "product", "show", "x", server="http://127.0.0.1:9"), "")
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("weft __complete --", self.weft("completion", shell))
        self.weft("completion", "csh", expect=USAGE)

    def test_bash_takes_the_completion(self):
        script = 'source <(%s completion bash); COMP_WORDS=(weft product unp); COMP_CWORD=2; _weft; echo "${COMPREPLY[@]}"' % WEFT
        path = os.path.dirname(WEFT) + os.pathsep + os.environ["PATH"]
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "PATH": path})
        self.assertEqual(done.stdout.strip(), "unpublish", done.stderr)

    def test_the_audit_tells_who_did_what_and_the_call_that_does_the_same(self):
        self.weft("topic", "create", "audited", "--as", "mkovac")
        entries = json.loads(self.weft("audit", "list", "--subject", "topic:audited", "--json"))["entries"]
        self.assertEqual([entry["action"] for entry in entries], ["topic.create"])
        self.assertIn("Mara", self.weft("audit", "list", "--outcome", "done"))
        shown = self.weft("audit", "show", entries[0]["id"])
        self.assertIn(f"curl -X POST 'http://{self.ready['http']}/api/v1/topics'", shown)
        self.weft("audit", "show", "a999999", expect=MISSING)

    def test_the_demo_holds_three_products_and_one_topic_that_waits(self):
        products = json.loads(self.weft("product", "list", "--json"))
        self.assertGreaterEqual(products["published"], 3)
        topics = {topic["name"]: topic for topic in json.loads(self.weft("topic", "list", "--json"))["topics"]}
        for name in ("stocktrades", "pageviews", "users", "high_value_stock_trades"):
            self.assertIn(name, topics)

    def test_a_question_goes_to_the_owner_and_back(self):
        self.weft("inbox", "ask", "Per share?", "--product", "execution/stocktrades", expect=REFUSED)
        asked = json.loads(self.weft("inbox", "ask", "Per share?", "--product", "execution/stocktrades", "--as", "mkovac", "--json"))
        number = str(asked["conversation"]["number"])
        self.assertIn("Per share?", self.weft("inbox", "list", "--as", "trivera"))
        self.assertEqual(self.weft("inbox", "list", "--as", "hsato"), "Nothing.\n")
        self.assertIn("answered", self.weft("inbox", "answer", number, "Per share.", "--as", "trivera"))
        self.weft("inbox", "close", number, "accepted", "--as", "mkovac", expect=REFUSED)
        self.assertIn("accepted", self.weft("inbox", "close", number, "accepted", "--accepted", "1", "--as", "mkovac"))
        self.weft("inbox", "show", "4711", expect=MISSING)

    def test_what_one_follows_has_news(self):
        self.assertIn("followers: 1", self.weft("follow", "add", "membership/users", "--as", "hsato"))
        self.weft("inbox", "announce", "membership/users", "Moves on Friday", "--as", "ldubois")
        self.weft("inbox", "announce", "membership/users", "Not mine", "--as", "trivera", expect=REFUSED)
        self.assertIn("Moves on Friday", self.weft("follow", "news", "--mark-seen", "--as", "hsato"))
        self.assertEqual(self.weft("follow", "news", "--as", "hsato"), "Nothing new on what you follow.\n")
        self.assertIn("membership/users", self.weft("follow", "list", "--as", "hsato"))
        self.weft("follow", "remove", "membership/users", "--as", "hsato")
        self.weft("follow", "add", "users", "--as", "hsato", expect=USAGE)

    def test_domains_and_teams_say_who_owns_what(self):
        self.assertIn("@execution-team", self.weft("domain", "list"))
        self.assertIn("execution-data@meridian.example", self.weft("domain", "show", "execution"))
        self.assertIn("Tomás Rivera", self.weft("team", "show", "execution-team"))
        self.assertIn("@edge-team", self.weft("team", "list"))
        self.weft("team", "show", "ghosts", expect=MISSING)
        self.weft("product", "hand-over", "execution/stocktrades", "edge-team", "--as", "trivera", expect=REFUSED)

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

    def test_a_product_is_edited_compared_deprecated_and_retired(self):
        product = "membership/users"
        before = json.loads(self.weft("product", "get", product, "--json"))["product"]
        owner = ("--as", "ldubois")
        self.weft("product", "edit", product, "--tag", "people", "--terms", "Not for **resale**.", *owner)
        self.assertIn("nothing differs", self.weft("product", "edit", product, "--terms", "Not for **resale**.", *owner))
        whole = json.loads(self.weft("product", "get", product, "--json"))
        whole["product"]["attributes"] = {"cost_center": 4711, "certified": True}
        whole["product"]["ports"].append({"name": "graph", "kind": "graphql", "address": "https://users.meridian.example"})
        self.weft("product", "edit", product, "--file", "-", *owner, stdin=json.dumps(whole))
        version = before["version"]
        diff = self.weft("product", "diff", product, str(version), str(version + 2))
        for said in ("terms", "tags[people]", "attributes.cost_center", "ports[graph].address"):
            self.assertIn(said, diff)
        self.assertIn(f"v{version + 2}", self.weft("product", "history", product))
        self.assertIn("reason", self.weft("product", "deprecate", product, *owner, expect=REFUSED))
        self.weft("product", "deprecate", product, "--reason", "One of all domains comes.", "--ends-on", "2027-03-31",
                  "--successor", "execution/stocktrades", *owner)
        self.assertIn("2027-03-31", self.weft("product", "get", product))
        self.weft("product", "retire", product, *owner)
        self.assertNotIn(product, self.weft("product", "list"))
        self.assertIn(product, self.weft("product", "list", "--lifecycle", "retired"))
        self.weft("product", "restore", product, *owner)
        self.assertIn(product, self.weft("product", "list"))

    def test_a_place_to_begin_is_taken_whole_or_refused(self):
        line = json.loads(self.weft("consume", "users", "--from", "offset:0:1", "--count", "1", "--json"))
        self.assertEqual((line["partition"], line["offset"]), (0, 1))
        for wrong in ("offset:0:1x", "offset:0x:1", "offset:0:-1", "offset:0", "offset::", "latest"):
            self.assertIn("--from", self.weft("consume", "users", "--from", wrong, "--count", "1", expect=USAGE))

    def test_only_what_matches_is_printed_and_the_bound_is_said_first(self):
        self.weft("topic", "create", "filtered", "--partitions", "1")
        schema = ('{"type":"record","name":"F","fields":[{"name":"city","type":"string"},{"name":"n","type":"long"},'
                  '{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":40,"scale":20}}]}')
        self.weft("schema", "register", "filtered-value", "-", stdin=schema)
        rows = [{"city": city, "n": 9007199254740993 + i, "amount": "\u0001" + "\u0000" * 11 + chr(i)}
                for i, city in enumerate(["Berlin", "Paris", "Berlin", "Rome"])]
        self.weft("produce", "filtered", stdin="".join(json.dumps(row) + "\n" for row in rows))
        self.weft("produce", "filtered", "--raw", stdin='{"city":"Berlin","n":0.10000000000000000000000000001}\nplain\n')

        def consume(*arguments, start="earliest"):
            environment = {**os.environ, "WEFT_SERVER": f"http://{self.ready['http']}"}
            done = subprocess.run([WEFT, "consume", "filtered", "--from", start, "--no-follow", "--json", *arguments],
                                  capture_output=True, text=True, env=environment, check=True)
            return done.stdout.splitlines(), done.stderr

        lines, said = consume("--where", 'city = "Berlin" and n > 1')
        self.assertEqual([json.loads(line)["offset"] for line in lines], [0, 2])
        self.assertIn("Reads at most 6 records of 1 partitions.", said)
        self.assertIn('"n":9007199254740993', lines[0], "digit for digit")
        self.assertIn('"amount":792281625.14264337593543950336', lines[0], "digit for digit")
        self.assertEqual([json.loads(line)["offset"] for line in consume("--where", "n = 9007199254740994")[0]], [1])
        self.assertIn('"n":0.10000000000000000000000000001', consume("--where", "city = Berlin and n < 1")[0][0])
        self.assertEqual(len(consume("--until", "offset:0:3")[0]), 3)
        self.assertEqual(len(consume("--until", "time:2020-01-01T00:00:00Z")[0]), 0)
        time = datetime.datetime.fromtimestamp(json.loads(lines[1])["timestamp"] / 1000, datetime.timezone.utc)
        self.assertGreaterEqual(len(consume(start=f"time:{time.isoformat()}")[0]), 3)
        self.assertIn("Character 6", self.weft("consume", "filtered", "--where", "city Berlin", expect=USAGE))
        self.assertIn("--until", self.weft("consume", "filtered", "--until", "offset:0:3", expect=USAGE))

    def test_what_does_not_decode_says_why_and_shows_its_bytes(self):
        self.weft("topic", "create", "undecoded", "--partitions", "1")
        self.weft("schema", "register", "undecoded-value", "-", stdin='"long"')
        number = json.loads(self.weft("schema", "show", "undecoded-value", "--json"))["id"]
        framed = f"\x00{chr(0)}{chr(0)}{chr(0)}{chr(number)}"
        self.weft("produce", "undecoded", "--raw", stdin=f"{framed}toolong\n\x00\x00\x00\x7fAx\n")
        environment = {**os.environ, "WEFT_SERVER": f"http://{self.ready['http']}"}
        for form in (["--json"], []):
            done = subprocess.run([WEFT, "consume", "undecoded", "--from", "earliest", "--count", "2", *form], capture_output=True,
                                  text=True, env=environment, check=True)
            first, second = done.stdout.splitlines()
            self.assertIn("toolong", first)
            whys = done.stderr.splitlines() if not form else [json.loads(line)["value_why"] for line in (first, second)]
            self.assertIn(f"does not decode with schema {number}: Avro data", whys[0])
            self.assertIn("schema 32577", whys[1])

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
