"""Exports of a running demo, held against the standards' own schemas."""
import copy
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

WEFT = os.path.abspath(sys.argv.pop())
ROOT = pathlib.Path(__file__).resolve().parents[2]
STANDARDS = pathlib.Path(os.environ.get("WEFT_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "standards"

ORDER_JSON = {"type": "object", "properties": {
    "id": {"type": "string"}, "total": {"type": "number"}, "lines": {"type": "array", "items": {
        "type": "object", "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}}}}}
ORDER_PROTO = """syntax = "proto3";
message Order { string id = 1; repeated Line lines = 2; map<string, string> notes = 3; }
message Line { string sku = 1; int64 count = 2; }
"""
ORDER_AVRO = {"type": "record", "name": "Order", "doc": "One order.", "fields": [
    {"name": "id", "type": "string", "doc": "Its number.", "confluent:tags": ["PII"]},
    {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
    {"name": "day", "type": {"type": "int", "logicalType": "date"}},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "state", "type": ["null", {"type": "enum", "name": "State", "symbols": ["NEW", "PAID"]}], "default": None},
    {"name": "notes", "type": {"type": "map", "values": "string"}},
    {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "fields": [
        {"name": "sku", "type": "string"}, {"name": "count", "type": "long"}]}}}]}
PORTS = [
    {"name": "api", "kind": "rest", "address": "https://orders.example/v1", "format": "json",
     "contract": {"media_type": "application/vnd.oai.openapi+yaml", "url": "https://orders.example/openapi.yaml"}},
    {"name": "calls", "kind": "grpc", "address": "orders.example:443"},
    {"name": "graph", "kind": "graphql", "address": "https://orders.example/graphql"},
    {"name": "table", "kind": "table", "address": "warehouse.sales.orders"},
    {"name": "files", "kind": "object_store", "address": "s3://orders/daily", "format": "parquet"},
]


class Standards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weft-standards-")
        loopback = "127.0.0.1:0"
        cls.server = subprocess.Popen(
            [WEFT, "demo", "--data-dir", f"{cls.folder}/data", "--kafka", loopback, "--http", loopback, "--registry", loopback,
             "--ksql", loopback, "--ready-json", "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        cls.ready = json.loads(cls.server.stdout.readline())
        cls.http = f"http://{cls.ready['http']}"
        for kind, text in (("avro", json.dumps(ORDER_AVRO)), ("json", json.dumps(ORDER_JSON)), ("protobuf", ORDER_PROTO)):
            cls.publish(kind, text)

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        code = cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)
        assert code == 0, f"weft ended with {code}"

    @classmethod
    def weft(cls, *arguments, stdin=None):
        environment = {**os.environ, "WEFT_SERVER": cls.http}
        done = subprocess.run([WEFT, *arguments], input=stdin, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, f"weft {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    @classmethod
    def call(cls, method, url, body=None, cookie=None):
        headers = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})}
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
            return (json.loads(text) if text else None), answer.headers

    @classmethod
    def publish(cls, language, schema):
        topic = f"orders.{language}"
        cls.call("POST", f"http://{cls.ready['registry']}/subjects/{topic}-value/versions",
                 {"schemaType": language.upper(), "schema": schema})
        cls.weft("topic", "create", topic, "--as", "mkovac")
        cls.weft("produce", topic, "--raw", stdin="{}\n")
        _, headers = cls.call("POST", f"{cls.http}/api/v1/session", {"person": "mkovac"})
        cls.call("PUT", f"{cls.http}/api/v1/products/analytics/{topic}", {
            "owner": "analytics-team", "description": "One event is one **order**.\n\n- a line\n- another: \"quoted\"",
            "quality": "curated", "sla": 2, "tags": ["sales"], "terms": "Do not resell.", "sensitivity": "personal_data",
            "links": [{"title": "Handbook", "url": "https://docs.example/orders"}],
            "support": {"title": "#orders", "url": "https://chat.example/orders"},
            "attributes": {"cost_center": 4711, "reviewed": "2026-11-01", "regions": ["eu", "us"], "gold": True},
            "ports": [{"kind": "stream", "topic": topic}, *PORTS]}, headers["Set-Cookie"].split(";")[0])

    def products(self):
        hits = self.call("GET", f"{self.http}/api/v1/products?limit=500")[0]["hits"]
        ids = [hit["product"]["id"] for hit in hits]
        self.assertGreaterEqual(len(ids), 6, ids)
        return ids

    def faults(self, validator, document):
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(document)]

    def test_every_product_is_a_valid_odcs_contract(self):
        schema = json.loads((STANDARDS / "odcs/odcs-json-schema-v3.1.0.json").read_text())
        validator = jsonschema.Draft201909Validator(schema)
        for product in self.products():
            contract = self.call("GET", f"{self.http}/api/v1/products/{product}/odcs")[0]
            with self.subTest(product):
                self.assertEqual(self.faults(validator, contract), [])
        for spoil in (lambda it: it.pop("status"), lambda it: it["servers"][0].update(type="none"),
                      lambda it: it["schema"][0].update(unknown=1)):
            broken = copy.deepcopy(contract)
            spoil(broken)
            self.assertNotEqual(self.faults(validator, broken), [])

    def asyncapi_validator(self):
        schema = json.loads((STANDARDS / "asyncapi/3.0.0.json").read_text())
        # The parts are bundled under their own names.
        registry = Registry().with_resources(
            (name, Resource.from_contents(part, default_specification=DRAFT7)) for name, part in schema["definitions"].items())
        return jsonschema.Draft7Validator(schema, registry=registry)

    def test_every_product_and_domain_is_valid_asyncapi(self):
        validator = self.asyncapi_validator()
        paths = [f"products/{product}/asyncapi" for product in self.products()]
        for domain in self.call("GET", f"{self.http}/api/v1/domains")[0]["domains"]:
            paths.append(f"domains/{domain['name']}/asyncapi")
        for path in paths:
            document = self.call("GET", f"{self.http}/api/v1/{path}")[0]
            with self.subTest(path):
                self.assertEqual(self.faults(validator, document), [])
        document = self.call("GET", f"{self.http}/api/v1/products/analytics/orders.avro/asyncapi")[0]
        self.assertEqual(list(document["channels"].values())[0]["address"], "orders.avro")
        for spoil in (lambda it: it["info"].pop("title"), lambda it: list(it["channels"].values())[0].update(adress="x"),
                      lambda it: list(it["operations"].values())[0].update(action="shout")):
            broken = copy.deepcopy(document)
            spoil(broken)
            self.assertNotEqual(self.faults(validator, broken), [])

    def test_nested_fields_of_every_language_are_in_the_contract(self):
        def names(properties):
            for each in properties:
                yield each["name"]
                yield from names(each.get("properties", []) or each.get("items", {}).get("properties", []))

        for language in ("avro", "json", "protobuf"):
            contract = self.call("GET", f"{self.http}/api/v1/products/analytics/orders.{language}/odcs")[0]
            with self.subTest(language):
                found = list(names(contract["schema"][0]["properties"]))
                for wanted in ("id", "lines", "sku", "count"):
                    self.assertIn(wanted, found)

    def test_the_command_line_prints_both_notations(self):
        contract = json.loads(self.weft("export", "product", "analytics/orders.avro", "--json"))
        self.assertEqual(contract["id"], "analytics/orders.avro")
        self.assertTrue(self.weft("export", "product", "analytics/orders.avro").startswith("apiVersion: "))
        self.assertIn("asyncapi: \"3.0.0\"\n", self.weft("export", "domain", "analytics"))


if __name__ == "__main__":
    if not STANDARDS.is_dir():
        print(f"standards: {STANDARDS} is not there, so nothing was checked", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else 0)
    unittest.main(verbosity=1)
