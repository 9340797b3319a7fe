#include "api/testing/openapi.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "api/testing/api_world.h"
#include "base/bytes.h"
#include "http/uri.h"

namespace weft::api::testing {

namespace {

constexpr std::string_view kMethods[] = {"get", "put", "post", "delete"};
const std::set<std::string, std::less<>> kKeywords = {"type",    "properties",  "required", "additionalProperties",
                                                      "items",   "enum",        "oneOf",    "anyOf",
                                                      "$ref",    "description", "example",  "format",
                                                      "minimum", "maximum",     "maxItems", "maxLength",
                                                      "pattern", "default"};

std::string upper(std::string_view method) {
  std::string out(method);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return out;
}

bool is_of_type(const schema::JsonNode& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_integer();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

bool matches(std::string_view pattern, std::string_view path) {
  const auto wanted = http::split_path(pattern), given = http::split_path(path);
  return wanted.size() == given.size() &&
         std::equal(wanted.begin(), wanted.end(), given.begin(),
                    [](std::string_view a, std::string_view b) { return a.starts_with('{') || a == b; });
}

const std::string* header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key.size() == name.size() && std::equal(key.begin(), key.end(), name.begin(),
                                                [](char a, char b) { return std::tolower(a) == std::tolower(b); }))
      return &value;
  }
  return nullptr;
}

}  // namespace

OpenApi::OpenApi(const std::string& file) : root_(YAML::LoadFile(file)) {}

YAML::Node OpenApi::resolved(const YAML::Node& node) const {
  if (!node.IsMap() || !node["$ref"]) return node;
  YAML::Node at = root_;
  const std::string path = node["$ref"].Scalar().substr(1);
  for (const std::string_view part : http::split_path(path)) at.reset(at[std::string(part)]);
  return at;
}

std::set<std::string> OpenApi::operations() const {
  std::set<std::string> out;
  for (const auto& path : root_["paths"])
    for (const std::string_view method : kMethods)
      if (path.second[std::string(method)]) out.insert(upper(method) + " " + path.first.Scalar());
  return out;
}

YAML::Node OpenApi::operation(const std::string& name) const {
  const std::size_t space = name.find(' ');
  std::string method = name.substr(0, space);
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return static_cast<char>(std::tolower(c)); });
  const YAML::Node paths = root_["paths"];
  return paths[name.substr(space + 1)][method];
}

std::set<std::string> OpenApi::answers() const {
  std::set<std::string> out;
  for (const std::string& name : operations())
    for (const auto& response : operation(name)["responses"]) out.insert(name + " " + response.first.Scalar());
  return out;
}

std::string OpenApi::operation_of(http::Method method, std::string_view path) const {
  // Words go before parameters, as in the router.
  std::string best;
  for (const std::string& name : operations()) {
    if (!name.starts_with(std::string(http::method_name(method)) + " ") ||
        !matches(name.substr(name.find(' ') + 1), path))
      continue;
    if (best.empty() || std::count(name.begin(), name.end(), '{') < std::count(best.begin(), best.end(), '{'))
      best = name;
  }
  return best;
}

std::vector<std::string> OpenApi::faults(const std::string& name, const http::Response& response) const {
  std::vector<std::string> out;
  if (name.empty()) return {"no such operation is documented"};
  const YAML::Node answer = operation(name)["responses"][std::to_string(response.status)];
  if (!answer)
    return {fmt::format("{} answers {}, which is not documented: {}", name, response.status,
                        as_text(response.body.view()))};
  const YAML::Node documented = resolved(answer);
  for (const auto& each : documented["headers"]) {
    if (each.second["required"] && each.second["required"].as<bool>() &&
        header(response, each.first.Scalar()) == nullptr)
      out.push_back(fmt::format("{} {}: header {} is missing", name, response.status, each.first.Scalar()));
  }
  const YAML::Node content = documented["content"];
  if (!content) {
    if (!response.body.empty()) out.push_back(fmt::format("{} {}: a body is not documented", name, response.status));
    return out;
  }
  const std::string* type = header(response, "Content-Type");
  const std::string media = type == nullptr ? "" : type->substr(0, type->find(';'));
  if (!content[media]) return {fmt::format("{} {}: content type '{}' is not documented", name, response.status, media)};
  if (media == "text/plain" || media == "application/yaml") return out;
  const auto json =
      schema::parse_json(as_text(response.body.view()), {.text_bytes_max = 64 << 20, .values_max = 5'000'000});
  if (!json.ok()) return {fmt::format("{} {}: {}", name, response.status, json.error().message)};
  check(content[media]["schema"], *json, fmt::format("{} {}: $", name, response.status), out);
  return out;
}

std::vector<std::string> OpenApi::schema_faults(const std::string& name, std::string_view text) const {
  std::vector<std::string> out;
  const auto json = schema::parse_json(text, {.text_bytes_max = 64 << 20});
  if (!json.ok()) return {json.error().message};
  check(root_["components"]["schemas"][name], *json, name, out);
  return out;
}

void OpenApi::check(const YAML::Node& reference, const schema::JsonNode& value, const std::string& place,
                    std::vector<std::string>& faults) const {
  const YAML::Node schema = resolved(reference);
  if (!schema || !schema.IsMap()) return faults.push_back(place + ": the document has no schema here");
  for (const auto& each : schema)
    if (!kKeywords.contains(each.first.Scalar()))
      faults.push_back(place + ": keyword " + each.first.Scalar() + " is not understood here");
  for (const char* any : {"oneOf", "anyOf"}) {
    const YAML::Node branches = schema[any];
    if (!branches) continue;
    std::vector<std::string> all;
    for (const YAML::Node& branch : branches) {
      std::vector<std::string> of_branch;
      check(branch, value, place, of_branch);
      if (of_branch.empty()) return;
      all.insert(all.end(), of_branch.begin(), of_branch.end());
    }
    return faults.push_back(fmt::format("{}: no branch fits: {}", place, fmt::join(all, "; ")));
  }
  if (const YAML::Node type = schema["type"]) {
    std::vector<std::string> types;
    if (type.IsSequence()) {
      for (const YAML::Node& each : type) types.push_back(each.Scalar());
    } else {
      types.push_back(type.Scalar());
    }
    if (std::none_of(types.begin(), types.end(), [&](const std::string& each) { return is_of_type(value, each); }))
      return faults.push_back(
          fmt::format("{}: is {}, should be {}", place, value.kind_text(), fmt::join(types, " or ")));
  }
  if (const YAML::Node words = schema["enum"]) {
    if (std::none_of(words.begin(), words.end(), [&](const YAML::Node& word) { return word.Scalar() == value.text; }))
      faults.push_back(fmt::format("{}: '{}' is none of the documented words", place, value.text));
  }
  if (schema["minimum"] && value.is_number() && value.number() < schema["minimum"].as<double>())
    faults.push_back(place + ": below the documented minimum");
  if (schema["maxItems"] && value.elements.size() > schema["maxItems"].as<std::size_t>())
    faults.push_back(place + ": more items than documented");
  if (value.is_object()) check_object(schema, value, place, faults);
  for (std::size_t i = 0; i < value.elements.size(); ++i)
    check(schema["items"], value.elements[i], fmt::format("{}[{}]", place, i), faults);
}

void OpenApi::check_object(const YAML::Node& schema, const schema::JsonNode& value, const std::string& place,
                           std::vector<std::string>& faults) const {
  for (const YAML::Node& name : schema["required"])
    if (value.find(name.Scalar()) == nullptr) faults.push_back(fmt::format("{}.{} is missing", place, name.Scalar()));
  const YAML::Node more = schema["additionalProperties"];
  for (const schema::JsonNode::Member& member : value.members) {
    const std::string at = fmt::format("{}.{}", place, member.name);
    const YAML::Node properties = schema["properties"];
    if (properties && properties[member.name]) {
      check(properties[member.name], member.value, at, faults);
    } else if (more && more.IsMap()) {
      check(more, member.value, at, faults);
    } else if (!more || !more.as<bool>()) {
      faults.push_back(at + " is not documented");
    }
  }
}

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// When all tests have run, every documented answer has really been given.
class Coverage final : public ::testing::Environment {
 public:
  void TearDown() override {
    if (::testing::GTEST_FLAG(filter) != "*" || ::testing::UnitTest::GetInstance()->failed_test_count() > 0) return;
    // Needs as many trials at once as may run: "POST /api/v1/rules/trial 503". A cluster that is away in the middle of these needs a cluster to be away; see tests/ for that.
    const std::set<std::string> elsewhere = {"GET /api/v1/topics/{topic} 503", "POST /api/v1/topics 503",
                                             "DELETE /api/v1/topics/{topic} 503", "POST /api/v1/products/check 503",
                                             "GET /api/v1/products/{domain}/{name}/samples/plan 503", "POST /api/v1/rules/trial 503",
                                             // Needs 20,000 open conversations.
                                             "POST /api/v1/products/{domain}/{name}/announcements 409"};
    for (const std::string& answer : OpenApi("src/api/openapi.yaml").answers())
      EXPECT_TRUE(ApiWorld::covered().contains(answer) || elsewhere.contains(answer))
          << "documented, and no test got it: " << answer;
  }
};
const auto* const kCoverage = ::testing::AddGlobalTestEnvironment(new Coverage);

TEST(OpenApi, JudgesStatusTypeHeadersAndShape) {
  const OpenApi document("src/api/openapi.yaml");
  const auto judge = [&](int status, std::string body) {
    return document.faults("GET /api/v1/people", http::Response::json(status, std::move(body)));
  };
  EXPECT_THAT(judge(200, R"({"people":[{"name":"a","display_name":"A","mail":null,"teams":["t"]}]})"), IsEmpty());
  EXPECT_THAT(judge(201, "{}"), Contains(HasSubstr("answers 201, which is not documented")));
  EXPECT_THAT(judge(200, R"({"people":[{"name":"a","display_name":"A","mail":null}]})"),
              Contains(HasSubstr("$.people[0].teams is missing")));
  EXPECT_THAT(judge(200, R"({"people":[],"more":1})"), Contains(HasSubstr("$.more is not documented")));
  EXPECT_THAT(judge(200, R"({"people":{}})"), Contains(HasSubstr("$.people: is an object, should be array")));
  EXPECT_THAT(document.faults("GET /api/v1/people", http::Response::text(200, "x")),
              Contains(HasSubstr("content type")));
  EXPECT_THAT(document.faults("GET /api/v1/products", http::Response::json(200, "{}")),
              Contains(HasSubstr("header ETag is missing")));
  EXPECT_THAT(document.schema_faults("Freshness", R"({"state":"old","age_ms":-1})"), ::testing::SizeIs(2));
  EXPECT_EQ(document.operation_of(http::Method::kPost, "/api/v1/products/check"), "POST /api/v1/products/check");
  EXPECT_EQ(document.operation_of(http::Method::kGet, "/api/v1/products/a/b"), "GET /api/v1/products/{domain}/{name}");
}

}  // namespace

}  // namespace weft::api::testing
