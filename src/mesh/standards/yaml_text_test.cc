#include "mesh/standards/yaml_text.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::mesh {
namespace {

std::string yaml_of(const std::string& json) {
  const auto tree = schema::parse_json(json);
  EXPECT_TRUE(tree.ok()) << json;
  return yaml_text(*tree);
}

TEST(YamlText, ReadsLikeYamlThatPeopleWrite) {
  EXPECT_EQ(yaml_of(R"({"name":"stocktrades","tags":["a","b c"],"sla":1,"none":null,"empty":[],"nothing":{},
                        "team":{"members":[{"username":"mkovac","on":true},{"username":"jlind"}]}})"),
            "name: stocktrades\n"
            "tags:\n"
            "  - a\n"
            "  - b c\n"
            "sla: 1\n"
            "none: null\n"
            "empty: []\n"
            "nothing: {}\n"
            "team:\n"
            "  members:\n"
            "    - username: mkovac\n"
            "      \"on\": true\n"
            "    - username: jlind\n");
  EXPECT_EQ(yaml_of(R"({"description":"One event is one fill.\n\nA correction is new.","last":1})"),
            "description: |-\n  One event is one fill.\n\n  A correction is new.\nlast: 1\n");
  EXPECT_EQ(yaml_of(R"([[1,[2]],{"a":[{"b":1}]}])"), "-\n  - 1\n  -\n    - 2\n- a:\n    - b: 1\n");
}

TEST(YamlText, EveryTextIsReadBackAsItWas) {
  for (const std::string text :
       {"", " ", "true", "No", "null", "~", "123", "0x1F", "1e3", "2027-03-31", "- x", "a: b", "a #b", "#", "|", "> x",
        "@team", "`x`", "%x", "&a", "*a", "!t", "[x]", "{x}", "x ", " x", "é", "a\nb", "a\n b", "a \nb", "\na", "a\n",
        "a\n\nb", "a\n#b", "a\n- b", "a\n---\nb", "a\t\nb", "a\r\nb", "\x01", "\"", "'", "\\", "y", "a:b", "http://x/y",
        "---", "...", "\xe2\x80\xa8", "plain words"}) {
    std::string json = "{\"k\":[";
    schema::append_json_string(json, text);
    json += ",{\"n\":";
    schema::append_json_string(json, text);
    json += "}]}";
    const YAML::Node read = YAML::Load(yaml_of(json));
    EXPECT_EQ(read["k"][0].Scalar(), text) << yaml_of(json);
    EXPECT_EQ(read["k"][1]["n"].Scalar(), text) << yaml_of(json);
  }
}

}  // namespace
}  // namespace weft::mesh
