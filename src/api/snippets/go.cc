#include "api/snippets/snippets.h"

namespace weft::api {

namespace {

constexpr std::string_view kModule = R"(module reader

go 1.26

require github.com/twmb/franz-go v1.22.2
)";
constexpr std::string_view kAvroModule = R"(module reader

go 1.26

require (
	github.com/hamba/avro/v2 v2.31.0
	github.com/twmb/franz-go v1.22.2
	github.com/twmb/franz-go/pkg/sr v1.8.0
)
)";

constexpr std::string_view kAvroImports = R"(package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
)
)";
constexpr std::string_view kImports = R"(package main

import (
	"context"
	"fmt"
	"log"

	"github.com/twmb/franz-go/pkg/kgo"
)
)";

constexpr std::string_view kMain = R"(
func main() {
	ctx := context.Background()
	client, err := kgo.NewClient(
		kgo.SeedBrokers("@bootstrap@"),
		kgo.ConsumerGroup("@group@-go"),
		kgo.ConsumeTopics("@topic@"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for {
		fetches := client.PollFetches(ctx)
		fetches.EachError(func(topic string, partition int32, err error) { log.Fatal(topic, partition, err) })
		fetches.EachRecord(func(record *kgo.Record) {
			value, err := decode(ctx, record.Value)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(string(record.Key), value)
		})
	}
}
)";

constexpr std::string_view kDecodeAvro = R"(
var schemas = map[uint32]avro.Schema{}

// A value is a zero, the id of its schema in four bytes, then Avro.
func decode(ctx context.Context, value []byte) (any, error) {
	if value == nil {
		return nil, nil
	}
	schema, err := schemaOf(ctx, binary.BigEndian.Uint32(value[1:5]))
	if err != nil {
		return nil, err
	}
	var record any
	err = avro.Unmarshal(schema, value[5:], &record)
	return record, err
}
)";

constexpr std::string_view kDecodeAvroRest = R"(
func schemaOf(ctx context.Context, id uint32) (avro.Schema, error) {
	if schema, known := schemas[id]; known {
		return schema, nil
	}
	registry, err := sr.NewClient(sr.URLs("@registry@"))
	if err != nil {
		return nil, err
	}
	found, err := registry.SchemaByID(ctx, int(id))
	if err != nil {
		return nil, err
	}
	schemas[id], err = avro.Parse(found.Schema)
	return schemas[id], err
}
)";

constexpr std::string_view kDecodeJson = R"(
// A value is a zero, the id of its schema in four bytes, then JSON.
func decode(_ context.Context, value []byte) (any, error) {
	if value == nil {
		return nil, nil
	}
	return string(value[5:]), nil
}
)";
constexpr std::string_view kDecodeText = R"(
func decode(_ context.Context, value []byte) (any, error) {
	return string(value), nil
}
)";

}  // namespace

Snippet go_snippet(const SnippetNames& names) {
  const Decoding decoding = decoding_of(names);
  const bool avro = decoding == Decoding::kAvro;
  std::string program(avro ? kAvroImports : kImports);
  program += filled(kMain, names);
  if (avro) {
    program += kDecodeAvro;
    program += filled(kDecodeAvroRest, names);
  } else {
    program += decoding == Decoding::kJson ? kDecodeJson : kDecodeText;
  }
  return {"go",
          "Go",
          decoding != Decoding::kText || !names.format,
          "",
          std::nullopt,
          {{SnippetStep::Kind::kNeeds, "Go 1.26", "go version || echo 'https://go.dev/dl has it'"},
           {SnippetStep::Kind::kFile, "go.mod", std::string(avro ? kAvroModule : kModule)},
           {SnippetStep::Kind::kFile, "main.go", std::move(program)},
           {SnippetStep::Kind::kRun, "Install", "go mod tidy"},
           {SnippetStep::Kind::kRun, "Run", "go run ."}}};
}

}  // namespace weft::api
