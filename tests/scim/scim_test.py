#!/usr/bin/env python3
"""SCIM clients that nobody here wrote push people and groups; the directory follows, and keeps them over a restart."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

WEFT = os.path.abspath(sys.argv.pop())
TOKEN = "an-identity-provider"
DIRECTORY = "domains: {edge: {teams: [Edge-Team]}}\n"


class Scim(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="weft-scim-")
        with open(f"{self.folder}/directory.yaml", "w", encoding="utf-8") as file:
            file.write(DIRECTORY)
        self.start()

    def start(self):
        loopback = "127.0.0.1:0"
        environment = {**os.environ, "WEFT_SCIM_TOKEN": TOKEN}
        self.weft = subprocess.Popen(
            [WEFT, "serve", "--data-dir", f"{self.folder}/data", "--directory", f"{self.folder}/directory.yaml", "--kafka", loopback,
             "--http", loopback, "--registry", loopback, "--ksql", loopback, "--ready-json", "--log-level", "error"],
            stdout=subprocess.PIPE, text=True, env=environment)
        self.url = "http://" + json.loads(self.weft.stdout.readline())["http"]

    def stop(self):
        self.weft.send_signal(signal.SIGTERM)
        self.assertEqual(self.weft.wait(), 0)

    def tearDown(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self):
        http = httpx2.Client(base_url=f"{self.url}/scim/v2", headers={"Authorization": f"Bearer {TOKEN}"})
        client = SyncSCIMClient(http)
        client.discover()
        return client

    def api(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def test_every_check_of_scim2_tester_passes(self):
        results = check_server(self.client())
        self.assertGreater(len(results), 20)
        bad = [f"{result.title}: {result.reason}" for result in results if result.status in (Status.ERROR, Status.CRITICAL)]
        self.assertEqual(bad, [])
        print(f"scim2-tester: {sum(result.status == Status.SUCCESS for result in results)} of {len(results)} checks passed")

    def test_what_is_pushed_is_the_directory_and_stays(self):
        client = self.client()
        user, group = client.get_resource_model("User"), client.get_resource_model("Group")
        ana = client.create(user(user_name="ana@example.com", display_name="Ana Example"))
        team = client.create(group(display_name="Edge Team", members=[{"value": ana.id}]))
        for _ in range(2):
            self.assertEqual(self.api("/api/v1/teams/Edge-Team")["members"][0]["display_name"], "Ana Example")
            self.assertEqual(self.api("/api/v1/domains/edge")["domain"]["teams"], ["Edge-Team"])
            self.stop()
            self.start()
        team.display_name = "Fringe Team"
        client = self.client()
        client.replace(team)
        self.assertEqual(self.api("/api/v1/domains/edge")["domain"]["teams"], [])
        client.delete(user, ana.id)
        self.assertEqual(self.api("/api/v1/teams/Fringe-Team")["members"], [])
        summaries = [entry["summary"] for entry in self.api("/api/v1/audit")["entries"]]
        self.assertIn(f"Identity provider: create User {ana.id}", summaries)

    def test_without_the_token_nothing_is_told(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.api("/scim/v2/Users")
        self.assertEqual(refused.exception.code, 401)
        settings = {setting["name"]: setting for setting in self.api("/api/v1/settings")["settings"]}
        self.assertIsNone(settings["scim_token"]["value"])
        self.assertNotIn(TOKEN, json.dumps(settings))


if __name__ == "__main__":
    unittest.main(verbosity=2)
