#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.h"
#include "schema/json_tree.h"

namespace weft::registry::testing {

inline constexpr std::string_view kV1 = R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"}]})";
inline constexpr std::string_view kV2 =
    R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]})";
inline constexpr std::string_view kBreaking =
    R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"c","type":"int"}]})";

/// A registry that replays what it decides, as its shard would.
class RegistryTest : public ::testing::Test {
 protected:
  Result<SubjectVersion> try_register(RegisterRequest request) {
    auto decision = registry.register_schema(request);
    if (!decision.ok()) return std::move(decision).error();
    return carry_out(*decision);
  }
  /// Replays a decision's records, and gives its response.
  template <class T>
  T carry_out(const state::Decision<T>& decision) {
    for (const auto& record : decision.records) replay(record);
    last_records = decision.records;
    return decision.response;
  }
  /// The same of one that may be refused: 0, or the refusal's code.
  template <class T>
  int code_of(const Result<state::Decision<T>>& decision) {
    if (!decision.ok()) return decision.error().detail;
    carry_out(*decision);
    return 0;
  }
  template <class T>
  int code_of(const Result<PartialDecision<T>>& decision) {
    if (!decision.ok()) return decision.error().detail;
    carry_out(*decision);
    return 0;
  }
  ConfigUpdate update(std::string_view json) { return ConfigUpdate::parse(schema::parse_json(json).value()).value(); }
  Result<SubjectVersion> try_register(std::string_view subject, std::string_view text) {
    RegisterRequest request;
    request.subject = subject;
    request.text = text;
    return try_register(std::move(request));
  }
  SubjectVersion add(std::string_view subject, std::string_view text) {
    auto added = try_register(subject, text);
    EXPECT_TRUE(added.ok()) << (added.ok() ? "" : added.error().message);
    return added.ok() ? *added : SubjectVersion{};
  }
  void replay(const state::Record& record) {
    log.push_back(record);
    registry.replay(record, Offset(static_cast<std::int64_t>(log.size()) - 1), Timestamp(1000));
  }
  void replay(std::string_view key, std::optional<std::string> value) {
    replay(state::Record{std::string(key), std::move(value)});
  }
  int refusal(std::string_view subject, std::string_view text) {
    const auto refused = try_register(subject, text);
    EXPECT_FALSE(refused.ok());
    return refused.ok() ? 0 : refused.error().detail;
  }

  Result<ParsedSchemaPointer> parsed_of(const StoredSchemaPointer& stored, std::string_view subject) {
    TRY_ASSIGN(const auto whole, registry.with_references(stored, subject));
    return parse_stored(whole);
  }

  Registry registry;
  std::vector<state::Record> log;
  std::vector<state::Record> last_records;
};

}  // namespace weft::registry::testing
