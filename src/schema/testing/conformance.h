#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "schema/json_tree.h"

// For tests only: the cases of ../shared/conformance (or $WEFT_CONFORMANCE), which nobody here wrote.
namespace weft::schema::testing {

/// The folder, or nothing after saying so; with CI=true its absence is a failure.
inline std::optional<std::filesystem::path> conformance_folder() {
  const char* chosen = std::getenv("WEFT_CONFORMANCE");
  const std::filesystem::path folder = chosen != nullptr ? chosen : "../shared/conformance";
  if (std::filesystem::exists(folder)) return folder;
  std::fprintf(stderr, "\n*** CONFORMANCE DID NOT RUN: %s does not exist ***\n\n", folder.c_str());
  const char* ci = std::getenv("CI");
  EXPECT_FALSE(ci != nullptr && std::string_view(ci) == "true") << "CI=true, and " << folder << " does not exist";
  return std::nullopt;
}

inline const std::string& text_of(const JsonNode& node, std::string_view member) { return node.find(member)->text; }

/// Calls `check` for every case of `type` ("AVRO", "JSON", "PROTOBUF") in a file with one JSON object per line; returns
/// how many there were.
inline int for_each_case(const std::filesystem::path& path, std::string_view type,
                         const std::function<void(const JsonNode&)>& check) {
  std::ifstream file(path);
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    const auto node = parse_json(line);
    EXPECT_TRUE(node.ok());
    if (!node.ok() || node->find("type") == nullptr || node->find("type")->text != type) continue;
    ++count;
    SCOPED_TRACE(text_of(*node, "id"));
    check(*node);
  }
  return count;
}

}  // namespace weft::schema::testing
