#include "server/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace weft::server {
namespace {

const char* nothing_set(const char*) { return nullptr; }

std::string write_file(std::string_view name, std::string_view text) {
  const std::string path = ::testing::TempDir() + std::string(name);
  std::ofstream(path) << text;
  return path;
}

TEST(Settings, FileEnvironmentAndFlagsAgreeAndTheLaterWins) {
  const std::string file = write_file("weft-settings.toml", "partition_count = 3\nkafka = ['127.0.0.1:1', '127.0.0.1:2@b:9']\nregion = 'file'\n");
  const auto environment = [](const char* name) -> const char* {
    return std::string_view(name) == "WEFT_REGION" ? "environment" : nullptr;
  };
  const auto settings = load_settings(file, environment, {{"partition_count", {"5"}}});
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings->partition_count, 5);
  EXPECT_EQ(settings->region, "environment");
  EXPECT_EQ(settings->kafka, (std::vector<std::string>{"127.0.0.1:1", "127.0.0.1:2@b:9"}));
  EXPECT_EQ(split_listener(settings->kafka[1]).advertised, "b:9");
}

TEST(Settings, AValueOutOfBoundsIsRefusedWithItsBounds) {
  const auto settings = load_settings(std::nullopt, nothing_set, {{"partition_count", {"0"}}});
  EXPECT_EQ(settings.error().message, "partition_count = 0 is out of bounds: 1 … 10000");
}

TEST(Settings, AMistypedKeyIsRefusedWithTheNearestName) {
  const std::string file = write_file("weft-mistyped.toml", "\npartition_cuont = 3\n");
  const auto settings = load_settings(file, nothing_set, {});
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().message.find("line 2: there is no setting 'partition_cuont'. Did you mean 'partition_count'?"),
            std::string::npos)
      << settings.error().message;
}

TEST(Settings, AFileThatIsNoTomlIsRefusedWithItsLine) {
  const std::string file = write_file("weft-broken.toml", "region = 'a'\n= 3\n");
  const auto settings = load_settings(file, nothing_set, {});
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().message.find("line 2"), std::string::npos) << settings.error().message;
}

TEST(Settings, EveryDefaultKeepsItsOwnBounds) {
  const Settings defaults;
  for (const Setting& setting : setting_table()) {
    Settings copy;
    EXPECT_TRUE(setting.assign(copy, setting.value_text(defaults)).ok()) << setting.name;
  }
}

TEST(Settings, ThePageInTheRepositoryIsTheTable) {
  std::ifstream file("doc/settings.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), settings_page()) << "run: build/release/weft settings --markdown > doc/settings.md";
}

}  // namespace
}  // namespace weft::server
