#!/usr/bin/env bash
# Makes golden/*.txt anew from Apache Kafka's own classes; see README.md. Needs a JDK 17 and Maven; not part of the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
# API:versions, as the definitions say.
apis=$(sed -nE 's/^api (\w+) key [0-9]+ versions ([0-9]+-[0-9]+).*/\1:\2/p' ../schema/*.def)
# 3.9.1 is the last release that writes every old version; what came after it is appended by 4.4.0.
newer="DescribeGroups:6-6 Metadata:13-13"

goldens() {  # KAFKA ARGUMENT…
  local kafka=$1 into=$work/$1; shift
  for artifact in org.apache.kafka:kafka-clients:$kafka org.slf4j:slf4j-api:1.7.36 \
      com.fasterxml.jackson.core:jackson-{databind,core,annotations}:2.16.2; do
    mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$into"
  done
  javac -cp "$into/*" -d "$into" GoldenBytes.java
  java -cp "$into:$into/*" GoldenBytes golden "$@"
}
# shellcheck disable=SC2086
goldens 3.9.1 $apis
# shellcheck disable=SC2086
goldens 4.4.0 --append $newer
