#include "api/registry/registry_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/registry/register_body.h"
#include "http/sink.h"
#include "schema/json_text.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::api {
namespace {

using http::Method;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPreferred = "application/vnd.schemaregistry.v1+json";
constexpr std::string_view kRecord = R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"}]})";

/// Keeps the answer for the test.
class Kept final : public http::Responder::Sink {
 public:
  explicit Kept(std::optional<http::Response>& response) : response_(response) {}
  void send(http::Response response) override { response_ = std::move(response); }
  std::shared_ptr<http::EventStream> start_events(std::size_t) override { return nullptr; }

 private:
  std::optional<http::Response>& response_;
};

struct Answer {
  int status = 0;
  std::string type;
  std::string body;
};

class RegistryApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    service.start([](Result<void> started) { EXPECT_TRUE(started.ok()); });
    loop.run();
  }

  Answer call(http::Request request) {
    std::optional<http::Response> response;
    router.dispatch(std::move(request), http::Responder(std::make_shared<Kept>(response)));
    loop.run();
    if (!response) return {};
    Answer answer{response->status, {}, std::string(as_text(response->body.view()))};
    for (const auto& [name, value] : response->headers) {
      if (name == "content-type") answer.type = value;
    }
    return answer;
  }
  Answer get(std::string_view path, std::multimap<std::string, std::string> query = {}) {
    http::Request request;
    request.path = path;
    request.query = std::move(query);
    return call(std::move(request));
  }
  Answer post(std::string_view path, std::string_view body) {
    http::Request request;
    request.method = Method::kPost;
    request.path = path;
    request.body = body;
    return call(std::move(request));
  }
  Answer put(std::string_view path, std::string_view body) {
    http::Request request;
    request.method = Method::kPut;
    request.path = path;
    request.body = body;
    return call(std::move(request));
  }
  Answer call(Method method, std::string_view path, std::multimap<std::string, std::string> query = {},
              std::string_view body = {}) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = body;
    return call(std::move(request));
  }
  static std::string with_schema(std::string_view schema) {
    return schema::JsonObjectText().text("schema", schema).take();
  }
  void add(std::string_view subject, std::string_view schema) {
    EXPECT_EQ(post(fmt::format("/subjects/{}/versions", subject), with_schema(schema)).status, 200);
  }

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  access::OpenAuthorizer authorizer;
  registry::Service service{loop, loop, cluster, authorizer, {}};
  http::Router router = registry_router(service, {.version = "1.2.3"});
};

TEST_F(RegistryApiTest, ASchemaIsRegisteredAndReadBackEveryWay) {
  const Answer added = post("/subjects/trades-value/versions", with_schema(kRecord));
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(added.type, kPreferred);
  EXPECT_THAT(added.body, HasSubstr(R"({"id":1,"version":1,"guid":")"));
  EXPECT_EQ(get("/subjects").body, R"(["trades-value"])");
  EXPECT_EQ(get("/subjects/trades-value/versions").body, "[1]");
  for (const auto* version : {"1", "latest", "-1"}) {
    const Answer found = get(fmt::format("/subjects/trades-value/versions/{}", version));
    EXPECT_THAT(found.body, HasSubstr(R"({"subject":"trades-value","version":1,"id":1,)"));
    EXPECT_THAT(found.body, HasSubstr(R"("schemaType":"AVRO","schema":"{\"type\":\"record\")"));
  }
  EXPECT_EQ(get("/subjects/trades-value/versions/1/schema").body, kRecord);
  EXPECT_THAT(get("/schemas/ids/1").body, HasSubstr(R"("schemaType":"AVRO","schema":"{\"type\":\"record\")"));
  EXPECT_EQ(get("/schemas/ids/1/schema").body, kRecord);
  EXPECT_EQ(get("/schemas/ids/1/subjects").body, R"(["trades-value"])");
  EXPECT_EQ(get("/schemas/ids/1/versions").body, R"([{"subject":"trades-value","version":1}])");
  const Answer looked_up = post("/subjects/trades-value", with_schema(kRecord));
  EXPECT_THAT(looked_up.body, HasSubstr(R"({"subject":"trades-value","version":1,"id":1,)"));
}

TEST_F(RegistryApiTest, WhatSerializersAskAtTheStartIsAnswered) {
  EXPECT_EQ(get("/").body, "{}");
  EXPECT_EQ(get("/schemas/types").body, R"(["JSON","PROTOBUF","AVRO"])");
  EXPECT_THAT(get("/v1/metadata/id").body, HasSubstr("schema-registry-cluster"));
  EXPECT_EQ(get("/v1/metadata/version").body, R"({"version":"1.2.3","commitId":""})");
  EXPECT_EQ(get("/contexts").body, R"(["."])");
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"BACKWARD"})");
  EXPECT_EQ(get("/mode").body, R"({"mode":"READWRITE"})");
  EXPECT_EQ(get("/subjects").body, "[]");
}

TEST_F(RegistryApiTest, ErrorsAreConfluents) {
  add("s", kRecord);
  const auto is = [](const Answer& answer, int status, std::string_view body) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.type, kPreferred);
    EXPECT_THAT(answer.body, HasSubstr(body));
  };
  is(get("/subjects/t/versions"), 404, R"({"error_code":40401,"message":"Subject 't' not found."})");
  is(get("/subjects/s/versions/2"), 404, R"({"error_code":40402,"message":"Version 2 not found."})");
  is(get("/subjects/s/versions/0"), 422, R"({"error_code":42202,)");
  is(get("/schemas/ids/9"), 404, R"({"error_code":40403,"message":"Schema 9 not found"})");
  is(get("/schemas/ids/nine"), 404, R"({"error_code":404,)");
  is(get("/nothing/here"), 404, R"({"error_code":404,)");
  is(post("/subjects", "{}"), 405, R"({"error_code":405,)");
  is(post("/subjects/s", with_schema("\"int\"")), 404, R"({"error_code":40403,"message":"Schema not found"})");
  is(post("/subjects/s/versions", with_schema("\"nope\"")), 422,
     R"({"error_code":42201,"message":"Invalid schema: Avro schema at $)");
  is(post("/subjects/s/versions", with_schema("\"int\"")), 409,
     R"({"error_code":409,"message":"Schema being registered is incompatible)");
  is(post("/subjects/s/versions", "{"), 400, R"({"error_code":400,)");
  is(post("/subjects/s/versions", "{\"schema\":\"\xff\"}"), 400, R"({"error_code":400,)");
  is(post("/subjects/t/versions", "{}"), 422, R"({"error_code":42201,"message":"Empty schema)");
  is(post("/subjects/s/versions", R"({"schema":{"type":"int"}})"), 422,
     R"({"error_code":422,"message":"\"schema\" must be a string, and is an object"})");
  is(post("/subjects/s/versions", R"({"schema":"\"int\"","colour":1})"), 422,
     R"({"error_code":422,"message":"Unrecognized field: colour"})");
  is(post("/subjects/s/versions", R"({"schema":"{}","schemaType":"JSON"})"), 409, "AVRO cannot be read as JSON");
  is(post("/subjects/s/versions", R"({"schema":"{}","schemaTagsToAdd":[{"tags":["PII"]}]})"), 422,
     R"({"error_code":422,"message":"every element of \"schemaTagsToAdd\" needs \"schemaEntity\" and \"tags\"")");
  is(call(Method::kDelete, "/subjects/t"), 404, R"({"error_code":40401,)");
  is(call(Method::kDelete, "/subjects/s", {{"permanent", "true"}}), 404, R"({"error_code":40405,)");
  is(get("/config/s"), 404, R"({"error_code":40408,)");
  is(get("/mode/s"), 404, R"({"error_code":40409,)");
  is(put("/config/s", R"({"compatibility":"SIDEWAYS"})"), 422, R"({"error_code":42203,)");
  is(put("/mode/s", R"({"mode":"SIDEWAYS"})"), 422, R"({"error_code":42204,)");
  is(put("/mode/s", "[]"), 400, R"({"error_code":400,)");
  is(get("/schemas/guids/no"), 404, R"({"error_code":40403,)");
  is(post("/subjects/s/versions", R"({"schema":"{}","schemaType":"XML"})"), 422,
     R"({"error_code":42201,"message":"Invalid schema type XML"})");
}

TEST_F(RegistryApiTest, WhatTheServerItselfRefusesIsConfluentsToo) {
  http::Request request;
  const http::Response refused = router.refusal(request, error(ErrorCode::kTooLarge, "the body is too large"), 413);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(as_text(refused.body.view()), R"({"error_code":413,"message":"HTTP 413: the body is too large"})");
  EXPECT_THAT(refused.headers, ::testing::Contains(std::pair<std::string, std::string>("content-type", kPreferred)));
  request.headers = {{"accept", "application/json"}};
  EXPECT_THAT(router.refusal(request, error(ErrorCode::kForbidden, "a foreign host"), 403).headers,
              ::testing::Contains(std::pair<std::string, std::string>("content-type", "application/json")));
}

TEST_F(RegistryApiTest, BigAndDeepBodiesAreRefusedWithTheReason) {
  std::string deep = "\"int\"";
  for (int i = 0; i < 10'000; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  const Answer refused = post("/subjects/s/versions", with_schema(deep));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("JSON is nested deeper than 500 levels"));
  EXPECT_EQ(post("/subjects/s/versions", std::string(10'000, '[')).status, 400);
  const Answer big = post("/subjects/s/versions", with_schema("\"" + std::string(3 << 19, 'x') + "\""));
  EXPECT_EQ(big.status, 422);
  EXPECT_THAT(big.body, HasSubstr(R"("error_code":42209)"));
}

TEST_F(RegistryApiTest, ContentTypesAreNegotiated) {
  http::Request request;
  request.path = "/subjects";
  request.headers = {{"accept", "application/json"}};
  EXPECT_EQ(call(request).type, "application/json");
  request.headers = {{"accept", "application/vnd.schemaregistry+json, application/json;q=0.5"}};
  EXPECT_EQ(call(request).type, "application/vnd.schemaregistry+json");
  request.headers = {{"accept", "*/*"}};
  EXPECT_EQ(call(request).type, kPreferred);
  request.headers = {{"accept", "text/html"}};
  EXPECT_EQ(call(request).status, 406);
  request.method = Method::kPost;
  request.path = "/subjects/s/versions";
  request.body = with_schema(kRecord);
  request.headers = {{"content-type", "text/xml"}};
  EXPECT_EQ(call(request).status, 415);
  request.headers = {{"content-type", "Application/JSON; charset=utf-8"}};
  EXPECT_EQ(call(request).status, 200);
}

TEST_F(RegistryApiTest, ListsArePagedAndFiltered) {
  for (const auto* subject : {"a", "b", "trades-key", "trades-value"}) add(subject, "\"int\"");
  EXPECT_EQ(get("/subjects", {{"offset", "1"}, {"limit", "2"}}).body, R"(["b","trades-key"])");
  EXPECT_EQ(get("/subjects", {{"limit", "-1"}, {"offset", "3"}}).body, R"(["trades-value"])");
  EXPECT_EQ(get("/subjects", {{"offset", "9"}}).body, "[]");
  EXPECT_EQ(get("/subjects", {{"subjectPrefix", "trades"}}).body, R"(["trades-key","trades-value"])");
  EXPECT_EQ(get("/subjects", {{"subjectPrefix", ":*:"}, {"limit", "1"}}).body, R"(["a"])");
  EXPECT_EQ(get("/subjects", {{"limit", "many"}}).status, 422);
  EXPECT_EQ(get("/subjects", {{"deletedOnly", "true"}}).body, "[]");
  EXPECT_EQ(get("/schemas/ids/1/subjects", {{"limit", "1"}}).body, R"(["a"])");
}

TEST_F(RegistryApiTest, ReferencesGoInAndComeBack) {
  add("money", R"({"type":"fixed","name":"Money","size":8})");
  const Answer added = post(
      "/subjects/order/versions",
      R"({"schema":"{\"type\":\"array\",\"items\":\"Money\"}","schemaType":"AVRO","references":[{"name":"Money","subject":"money","version":-1}],"metadata":null})");
  EXPECT_EQ(added.status, 200);
  EXPECT_THAT(get("/schemas/ids/2").body,
              HasSubstr(R"("references":[{"name":"Money","subject":"money","version":1}])"));
  EXPECT_EQ(post("/subjects/o/versions", R"({"schema":"\"int\"","references":[{"name":"x"}]})").status, 422);
}

TEST_F(RegistryApiTest, EveryLanguageIsRegisteredAndShownInItsForms) {
  const auto body = [](std::string_view type, std::string_view text) {
    return schema::JsonObjectText().text("schemaType", type).text("schema", text).take();
  };
  EXPECT_EQ(post("/subjects/j/versions", body("JSON", R"({"type":"object"})")).status, 200);
  constexpr std::string_view kProto = "syntax = \"proto3\";\n\nmessage M {\n  string a = 1;\n}\n";
  EXPECT_EQ(post("/subjects/p/versions", body("PROTOBUF", kProto)).status, 200);
  EXPECT_THAT(get("/schemas/ids/1").body, HasSubstr(R"("schemaType":"JSON","schema":"{\"type\":\"object\"}")"));
  EXPECT_EQ(get("/schemas/ids/2/schema").body, kProto);
  EXPECT_EQ(get("/schemas/ids/2/schema", {{"format", "serialized"}}).body,
            "CgdkZWZhdWx0Ig4KAU0SCQoBYRgBIAEoCWIGcHJvdG8z");
  EXPECT_EQ(get("/schemas/ids/2/schema", {{"format", "unheard of"}}).body, kProto);
  const Answer refused =
      post("/subjects/j/versions",
           body("JSON", R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"}}})"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"));
}

TEST_F(RegistryApiTest, CompatibilityIsToldWithItsReasons) {
  add("s", kRecord);
  const std::string good = with_schema(kRecord), bad = with_schema("\"int\"");
  const auto ask = [&](std::string_view path, std::string_view body, bool verbose = false) {
    std::multimap<std::string, std::string> query;
    if (verbose) query.emplace("verbose", "true");
    return call(Method::kPost, path, std::move(query), body);
  };
  EXPECT_EQ(ask("/compatibility/subjects/s/versions", good).body, R"({"is_compatible":true})");
  EXPECT_EQ(ask("/compatibility/subjects/s/versions/latest", bad).body, R"({"is_compatible":false})");
  const std::string told = ask("/compatibility/subjects/s/versions/1", bad, true).body;
  EXPECT_THAT(told, HasSubstr(R"("messages":["{errorType:'TYPE_MISMATCH', description:)"));
  EXPECT_THAT(told, HasSubstr("{oldSchemaVersion: 1}"));
  EXPECT_THAT(told, HasSubstr("compatibility: 'BACKWARD'}"));
  EXPECT_EQ(ask("/compatibility/subjects/s/versions/7", good).status, 404);
  EXPECT_EQ(ask("/compatibility/subjects/t/versions/latest", good).body, R"({"is_compatible":true})");
  EXPECT_EQ(ask("/compatibility/subjects/t/versions/1", good).status, 404);
  EXPECT_EQ(ask("/compatibility/subjects/s/versions", with_schema("\"nope\"")).status, 422);
  const Answer invalid = ask("/compatibility/subjects/s/versions", with_schema("\"nope\""), true);
  EXPECT_EQ(invalid.status, 200);
  EXPECT_THAT(invalid.body, HasSubstr(R"({"is_compatible":false,"messages":["Invalid schema)"));
}

TEST_F(RegistryApiTest, SettingsAreWrittenReadAndDeletedAtEveryScope) {
  EXPECT_EQ(put("/config", R"({"compatibility":"FULL"})").body, R"({"compatibility":"FULL"})");
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"FULL"})");
  EXPECT_EQ(put("/config/s", R"({"compatibility":"none","normalize":true})").body,
            R"({"normalize":true,"compatibility":"NONE"})");
  EXPECT_EQ(get("/config/s").body, R"({"normalize":true,"compatibilityLevel":"NONE"})");
  EXPECT_EQ(get("/config/t", {{"defaultToGlobal", "true"}}).body, R"({"compatibilityLevel":"FULL"})");
  EXPECT_EQ(put("/contexts/eu/config", R"({"compatibility":"FORWARD"})").status, 200);
  EXPECT_EQ(get("/config/:.eu:").body, R"({"compatibilityLevel":"FORWARD"})");
  EXPECT_EQ(get("/contexts/.eu/config/s", {{"defaultToGlobal", "true"}}).body, R"({"compatibilityLevel":"FORWARD"})");
  EXPECT_EQ(call(Method::kDelete, "/config/s").body, R"({"normalize":true,"compatibilityLevel":"NONE"})");
  EXPECT_EQ(call(Method::kDelete, "/config").body, R"({"compatibilityLevel":"FULL"})");
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"BACKWARD"})");

  EXPECT_EQ(put("/mode/s", R"({"mode":"READONLY"})").body, R"({"mode":"READONLY"})");
  EXPECT_EQ(get("/mode/s").body, R"({"mode":"READONLY"})");
  EXPECT_EQ(post("/subjects/s/versions", with_schema(kRecord)).status, 422);
  EXPECT_EQ(call(Method::kDelete, "/mode/s").body, R"({"mode":"READONLY"})");
  EXPECT_EQ(put("/mode", R"({"mode":null})").body, "{}");
}

TEST_F(RegistryApiTest, SubjectsAndVersionsAreDeletedAndTheRestIsStillToldOf) {
  add("s", kRecord);
  add("s", R"({"type":"record","name":"R","fields":[]})");
  add("t", kRecord);
  EXPECT_EQ(call(Method::kDelete, "/subjects/s/versions/latest").body, "2");
  EXPECT_EQ(get("/subjects/s/versions").body, "[1]");
  EXPECT_EQ(get("/subjects/s/versions", {{"deleted", "true"}}).body, "[1,2]");
  EXPECT_EQ(get("/subjects/s/versions", {{"deletedOnly", "true"}}).body, "[2]");
  EXPECT_EQ(get("/subjects/s/versions", {{"deletedAsNegative", "true"}}).body, "[1,-2]");
  EXPECT_EQ(call(Method::kDelete, "/subjects/s").body, "[1]");
  EXPECT_EQ(get("/subjects").body, R"(["t"])");
  EXPECT_EQ(get("/subjects", {{"deletedOnly", "true"}}).body, R"(["s"])");
  EXPECT_THAT(get("/schemas", {{"latestOnly", "true"}}).body, HasSubstr(R"([{"subject":"t","version":1,)"));
  EXPECT_EQ(call(Method::kDelete, "/subjects/s", {{"permanent", "true"}}).body, "[1,2]");
  EXPECT_EQ(get("/schemas/ids/2").status, 404);
}

TEST_F(RegistryApiTest, APathUnderAContextMeansItsSubjects) {
  EXPECT_EQ(post("/contexts/eu/subjects/s/versions", with_schema(kRecord)).status, 200);
  EXPECT_EQ(get("/contexts").body, R"([".",".eu"])");
  EXPECT_EQ(get("/contexts/.eu/subjects").body, R"([":.eu:s"])");
  EXPECT_EQ(get("/subjects").body, R"([":.eu:s"])");
  EXPECT_EQ(get("/subjects", {{"subjectPrefix", "s"}}).body, "[]");
  EXPECT_EQ(get("/subjects/:.eu:s/versions").body, "[1]");
  EXPECT_EQ(get("/contexts/.eu/schemas/ids/1/schema").body, kRecord);
  EXPECT_EQ(get("/schemas/ids/1").status, 404);
  EXPECT_EQ(get("/schemas/ids/1", {{"subject", ":.eu:"}}).status, 200);
  EXPECT_EQ(call(Method::kDelete, "/contexts/.eu").status, 422);
}

TEST_F(RegistryApiTest, IdsTellMoreWhenAskedAndGuidsLeadToThem) {
  add("s", kRecord);
  add("s", R"({"type":"record","name":"R","fields":[]})");
  EXPECT_THAT(get("/schemas/ids/1", {{"subject", "s"}}).body, HasSubstr(R"({"subject":"s","version":1,"guid":)"));
  EXPECT_THAT(get("/schemas/ids/1", {{"fetchMaxId", "true"}}).body, HasSubstr(R"(,"maxId":2})"));
  const std::string all = get("/schemas/ids/1").body;
  const std::string guid = all.substr(all.find("\"guid\":\"") + 8, 36);
  EXPECT_EQ(get("/schemas/guids/" + guid).body, all);
  EXPECT_EQ(get("/schemas/guids/" + guid + "/ids").body, R"([{"context":".","id":1}])");
}

TEST_F(RegistryApiTest, MetadataAndRulesGoInAndComeBack) {
  EXPECT_EQ(
      post(
          "/subjects/s/versions",
          R"({"schema":"\"int\"","metadata":{"properties":{"owner":"crm"}},"ruleSet":{"domainRules":[{"name":"r","mode":"WRITE","type":"CEL","expr":"true"}]}})")
          .status,
      200);
  const std::string found = get("/subjects/s/metadata", {{"key", "owner"}, {"value", "crm"}}).body;
  EXPECT_THAT(found, HasSubstr(R"("metadata":{"properties":{"owner":"crm"}})"));
  EXPECT_THAT(found, HasSubstr(R"("ruleSet":{"domainRules":[{"name":"r",)"));
  EXPECT_EQ(get("/subjects/s/metadata", {{"key", "owner"}}).status, 422);
  EXPECT_THAT(get("/schemas", {{"ruleType", "CEL"}}).body, HasSubstr("\"subject\":\"s\""));
  EXPECT_EQ(get("/schemas", {{"ruleType", "JSONATA"}}).body, "[]");
}

TEST_F(RegistryApiTest, ReferencesAreFollowedWhereTheyAreAskedFor) {
  add("money", R"({"type":"fixed","name":"Money","size":8})");
  EXPECT_EQ(
      post(
          "/subjects/order/versions",
          R"({"schema":"{\"type\":\"array\",\"items\":\"Money\"}","references":[{"name":"Money","subject":"money","version":1}]})")
          .status,
      200);
  EXPECT_EQ(get("/subjects/money/versions/1/referencedby").body, "[2]");
  EXPECT_EQ(get("/schemas/ids/2/schema", {{"format", "resolved"}}).body,
            R"({"type":"array","items":{"type":"fixed","name":"Money","size":8}})");
  EXPECT_THAT(get("/subjects/order/versions/1", {{"referenceFormat", "qualified"}}).body,
              HasSubstr(R"("subject":"money","version":1)"));
  const Answer refused = call(Method::kDelete, "/subjects/money");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr(R"("error_code":42206)"));
}

TEST_F(RegistryApiTest, TagsAreWrittenIntoAVersionOfTheirOwnAndShownWhenAskedFor) {
  add("s", kRecord);
  const Answer tagged = post("/subjects/s/versions/latest/tags",
                             R"({"newVersion":2,"tagsToAdd":[)"
                             R"({"schemaEntity":{"entityPath":"R","entityType":"sr_record"},"tags":["A","B"]},)"
                             R"({"schemaEntity":{"entityPath":"R.a","entityType":"sr_field"},"tags":["PII"]}]})");
  EXPECT_EQ(tagged.status, 200) << tagged.body;
  EXPECT_THAT(tagged.body, HasSubstr(R"({"id":2,"version":2,)"));
  EXPECT_THAT(tagged.body, HasSubstr(R"("metadata":{"properties":{"confluent:version":"2"}})"));
  EXPECT_EQ(get("/subjects/s/versions/2/schema").body,
            R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","confluent:tags":["PII"]}],)"
            R"("confluent:tags":["A","B"]})");

  const std::string record = R"({"schemaEntity":{"entityPath":"R","entityType":"sr_record"},"tags":["A","B"]})";
  const std::string field = R"({"schemaEntity":{"entityPath":"R.a","entityType":"sr_field"},"tags":["PII"]})";
  const std::string all = fmt::format(R"("schemaTags":[{},{}])", record, field);
  EXPECT_THAT(get("/subjects/s/versions/2", {{"findTags", "*"}}).body, HasSubstr(all));
  EXPECT_THAT(get("/subjects/s/versions/2", {{"findTags", "true"}}).body, HasSubstr(all));
  EXPECT_THAT(get("/schemas/ids/2", {{"findTags", "A"}, {"findTags", "PII"}}).body, HasSubstr(all));
  EXPECT_THAT(get("/schemas/ids/2", {{"findTags", "X,PII"}}).body,
              HasSubstr(fmt::format(R"("schemaTags":[{}])", field)));
  for (const auto* tags : {"X", ""}) {
    EXPECT_THAT(get("/schemas/ids/2", {{"findTags", tags}}).body, Not(HasSubstr("schemaTags")));
  }

  const Answer untagged = post("/subjects/s/versions/2/tags",
                               R"({"tagsToRemove":[)"
                               R"({"schemaEntity":{"entityPath":"R","entityType":"sr_record"},"tags":["A","B"]},)"
                               R"({"schemaEntity":{"entityPath":"R.a","entityType":"sr_field"},"tags":["PII"]}]})");
  EXPECT_THAT(untagged.body, HasSubstr(R"("version":3,)"));
  EXPECT_EQ(get("/subjects/s/versions/3/schema").body, kRecord);
}

TEST_F(RegistryApiTest, PropagatedTagsFollowTheFieldsThatStay) {
  add("s", R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","confluent:tags":["PII"]},)"
           R"({"name":"b","type":"int","confluent:tags":["OLD"],"default":0}]})");
  const auto body = [](bool propagate) {
    return schema::JsonObjectText()
        .text("schema", R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},)"
                        R"({"name":"c","type":"int","default":0}]})")
        .boolean("propagateSchemaTags", propagate)
        .take();
  };
  for (int times = 0; times < 2; ++times) {
    EXPECT_THAT(post("/subjects/s/versions", body(true)).body, HasSubstr(R"("version":2,)"));
  }
  EXPECT_EQ(get("/subjects/s/versions/2/schema").body,
            R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","confluent:tags":["PII"]},)"
            R"({"name":"c","type":"int","default":0}]})");
  EXPECT_THAT(post("/subjects/s/versions", body(false)).body, HasSubstr(R"("version":3,)"));
  EXPECT_EQ(post("/subjects/s/versions", R"({"schema":"{}","propagateSchemaTags":"yes"})").status, 422);
}

TEST_F(RegistryApiTest, TagsChangeWithARegistration) {
  const auto body = [](std::string_view member, std::string_view tags) {
    return schema::JsonObjectText()
        .text("schema", kRecord)
        .json(member,
              fmt::format(R"([{{"schemaEntity":{{"entityPath":"R.a","entityType":"sr_field"}},"tags":[{}]}}])", tags))
        .take();
  };
  add("s", kRecord);
  EXPECT_THAT(post("/subjects/s/versions", body("schemaTagsToAdd", R"("PII")")).body, HasSubstr(R"("version":2,)"));
  EXPECT_THAT(get("/subjects/s/versions/2/schema").body, HasSubstr(R"("confluent:tags":["PII"])"));
  EXPECT_THAT(post("/subjects/s/versions", body("schemaTagsToRemove", R"("PII")")).body, HasSubstr(R"("version":3,)"));
  EXPECT_EQ(get("/subjects/s/versions/3/schema").body, kRecord);
}

TEST_F(RegistryApiTest, MetadataAndRulesGoWithTheTags) {
  const auto rule = [](std::string_view name) {
    return fmt::format(R"({{"name":"{}","kind":"CONDITION","mode":"WRITE","type":"CEL"}})", name);
  };
  EXPECT_EQ(post("/subjects/s/versions",
                 schema::JsonObjectText()
                     .text("schema", kRecord)
                     .json("metadata", R"({"properties":{"owner":"crm"}})")
                     .json("ruleSet", fmt::format(R"({{"domainRules":[{},{}]}})", rule("one"), rule("two")))
                     .take())
                .status,
            200);
  const Answer merged =
      post("/subjects/s/versions/1/tags",
           fmt::format(R"({{"rulesToMerge":{{"domainRules":[{}]}},"rulesToRemove":["one"]}})", rule("three")));
  EXPECT_EQ(merged.status, 200) << merged.body;
  EXPECT_THAT(merged.body, HasSubstr(R"("properties":{"confluent:version":"2","owner":"crm"})"));
  EXPECT_THAT(merged.body, Not(HasSubstr(R"("name":"one")")));
  EXPECT_THAT(merged.body, HasSubstr(R"("name":"two")"));
  EXPECT_THAT(merged.body, HasSubstr(R"("name":"three")"));
  const Answer replaced =
      post("/subjects/s/versions/2/tags", R"({"metadata":{"properties":{"owner":"ops"}},"ruleSet":{}})");
  EXPECT_THAT(replaced.body, HasSubstr(R"("properties":{"confluent:version":"3","owner":"ops"})"));
  EXPECT_THAT(replaced.body, Not(HasSubstr(R"("name":"two")")));
  EXPECT_EQ(post("/subjects/s/versions/1/tags", R"({"ruleSet":{},"rulesToRemove":["one"]})").status, 422);
}

TEST_F(RegistryApiTest, TagsThatCannotBeWrittenAreRefusedWithTheReason) {
  add("s", kRecord);
  const auto add_to = [&](std::string_view path, std::string_view kind, std::string_view more = "") {
    return post(
        "/subjects/s/versions/1/tags",
        fmt::format(R"({{"tagsToAdd":[{{"schemaEntity":{{"entityPath":"{}","entityType":"{}"}},"tags":["X"]}}]{}}})",
                    path, kind, more));
  };
  const Answer nowhere = add_to("R.b", "sr_field");
  EXPECT_EQ(nowhere.status, 422);
  EXPECT_EQ(nowhere.body, R"({"error_code":42201,"message":"Invalid schema: no sr_field has the path 'R.b'; )"
                          R"(there is only R.a"})");
  EXPECT_THAT(add_to("R", "field").body, HasSubstr("must be sr_record or sr_field, and is 'field'"));
  EXPECT_THAT(add_to("R", "sr_record", R"(,"newVersion":7)").body, HasSubstr("Version 7 is not the next one"));
  EXPECT_THAT(add_to("R", "sr_record", R"(,"new":7)").body, HasSubstr("Unrecognized field: new"));
  EXPECT_EQ(post("/subjects/s/versions/2/tags", "{}").status, 404);
  EXPECT_EQ(post("/subjects/none/versions/1/tags", "{}").status, 404);
  EXPECT_EQ(post("/subjects/s/versions/1/tags", "[]").status, 400);
  EXPECT_EQ(get("/subjects/s/versions").body, "[1]");
}

TEST_F(RegistryApiTest, TheListOfSchemasNamesWhoStandsForASubject) {
  add("trades-value", R"("int")");
  EXPECT_EQ(put("/config/orders", R"({"alias":"trades-value"})").status, 200);
  EXPECT_THAT(get("/schemas", {{"aliases", "true"}}).body, HasSubstr(R"("aliases":["orders"])"));
  EXPECT_THAT(get("/schemas").body, ::testing::Not(HasSubstr("aliases")));
  EXPECT_EQ(get("/v1/metadata/deployment").body, R"({"attributes":[]})");
}

TEST_F(RegistryApiTest, NewerRegistriesCallAnIncompatibleSchema40901) {
  add("s", R"("int")");
  const std::string other = with_schema(R"("string")");
  EXPECT_THAT(post("/subjects/s/versions", other).body, HasSubstr(R"("error_code":409,)"));
  router = registry_router(service, {.incompatible_code = 40901});
  const Answer refused = post("/subjects/s/versions", other);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr(R"("error_code":40901,)"));
}

TEST_F(RegistryApiTest, EveryDeletionAndChangeOfSettingsIsTold) {
  std::vector<std::string> told;
  router = registry_router(
      service, {.changed = [&](const http::Request& request, const std::string& scope, const auto& outcome) {
        told.push_back(fmt::format("{} {} {} {}", method_name(request.method), request.path, scope,
                                   outcome.ok() ? 0 : outcome.error().detail));
      }});
  add("s", R"("int")");
  get("/subjects/s/versions/1");
  put("/config/s", R"({"compatibility":"FULL"})");
  put("/mode", R"({"mode":"SOMETIMES"})");
  put("/contexts/eu/config", R"({"compatibility":"FULL"})");
  call(Method::kDelete, "/subjects/s");
  call(Method::kDelete, "/subjects/s");
  EXPECT_THAT(told, ::testing::ElementsAre("PUT /config/s s 0", "PUT /mode  42204", "PUT /contexts/eu/config :.eu: 0",
                                           "DELETE /subjects/s s 0", "DELETE /subjects/s s 40404"));
}

TEST(RegisterBody, MembersOfAnswersAreLetThrough) {
  const auto request = parse_register_body(
      R"({"subject":"x","version":0,"id":-1,"guid":"g","ts":5,"deleted":false,"schemaType":null,"references":null,"schema":"\"int\""})",
      "s");
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->subject, "s");
  EXPECT_EQ(request->text, "\"int\"");
  EXPECT_FALSE(request->id || request->version);
}

}  // namespace
}  // namespace weft::api
