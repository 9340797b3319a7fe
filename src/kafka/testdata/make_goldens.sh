#!/usr/bin/env bash
# Makes golden/*.txt anew from Apache Kafka's own classes; see README.md. Needs a JDK 17 and Maven; not part of the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
kafka=3.9.1
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for artifact in org.apache.kafka:kafka-clients:$kafka org.slf4j:slf4j-api:1.7.36 \
    com.fasterxml.jackson.core:jackson-{databind,core,annotations}:2.16.2; do
  mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$work"
done
# API:versions, as the definitions say.
apis=$(sed -nE 's/^api (\w+) key [0-9]+ versions ([0-9]+-[0-9]+).*/\1:\2/p' ../schema/*.def)
javac -cp "$work/*" -d "$work" GoldenBytes.java
# shellcheck disable=SC2086
java -cp "$work:$work/*" GoldenBytes golden $apis
