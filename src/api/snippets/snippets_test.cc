#include "api/snippets/snippets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SnippetNames names(std::optional<std::string> format) {
  return {"10.0.0.2:9092", "http://10.0.0.1:8081", "http://10.0.0.1:8080", "exec.stocktrades.v1", "execution", "stocktrades", std::move(format)};
}
std::string all_text(const Snippet& snippet) {
  std::string text;
  for (const SnippetStep& step : snippet.steps) text += step.text + "\n";
  return text;
}

TEST(Snippets, EveryProgramNamesTheRealThingsAndLeavesNothingToFillIn) {
  for (const std::optional<std::string>& format : {std::optional<std::string>("AVRO"), std::optional<std::string>("JSON"),
                                                  std::optional<std::string>("PROTOBUF"), std::optional<std::string>()}) {
    const auto snippets = snippets_for(names(format));
    EXPECT_EQ(snippets.size(), 9u);
    for (const Snippet& each : snippets) {
      const std::string text = all_text(each);
      if (each.language == "http") {
        EXPECT_THAT(text, HasSubstr("http://10.0.0.1:8080/api/v1/products/execution/stocktrades/samples"));
      } else {
        EXPECT_THAT(text, HasSubstr("exec.stocktrades.v1")) << each.language;
        EXPECT_THAT(text, HasSubstr("10.0.0.2:9092")) << each.language;
      }
      for (const char* hole : {"@bootstrap@", "@registry@", "@http@", "@topic@", "@group@", "@domain@", "@product@"})
        EXPECT_THAT(text, Not(HasSubstr(hole))) << each.language;
      EXPECT_EQ(each.steps.back().kind, SnippetStep::Kind::kRun) << each.language << " ends with the program running";
    }
  }
}

TEST(Snippets, WithoutARegistryNobodyIsSentToOne) {
  SnippetNames off = names("AVRO");
  off.registry.reset();
  for (const Snippet& each : snippets_for(off)) EXPECT_THAT(all_text(each), Not(HasSubstr("registry"))) << each.language;
}

TEST(Snippets, TheListenerIsOneThatTheReaderReaches) {
  const std::vector<std::string> both = {"127.0.0.1:9092", "10.0.0.2:9093"};
  EXPECT_EQ(listener_for(both, "10.0.0.2:8080"), "10.0.0.2:9093");
  EXPECT_EQ(listener_for(both, "127.0.0.1:8080"), "127.0.0.1:9092");
  EXPECT_EQ(listener_for(both, "weft.example"), "10.0.0.2:9093");
  EXPECT_EQ(listener_for(both, "localhost:8080"), "127.0.0.1:9092");
  EXPECT_EQ(listener_for({"[::1]:9092"}, "[::1]:8080"), "[::1]:9092");
  EXPECT_EQ(listener_for({}, "localhost:8080"), "");
}

}  // namespace
}  // namespace weft::api
