#pragma once

#include <yaml-cpp/yaml.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"
#include "schema/json_tree.h"

namespace weft::api::testing {

/// openapi.yaml as a judge of real answers. Knows the keywords that the document uses and complains about others.
class OpenApi {
 public:
  explicit OpenApi(const std::string& file);

  /// "GET /api/v1/products/{domain}/{name}" of every operation.
  std::set<std::string> operations() const;
  /// "GET /api/v1/me 200" of every documented answer.
  std::set<std::string> answers() const;
  /// The operation that serves this path, or nothing.
  std::string operation_of(http::Method method, std::string_view path) const;
  /// What is wrong with an answer of an operation; empty when it is as documented.
  std::vector<std::string> faults(const std::string& operation, const http::Response& response) const;
  /// What is wrong with `json` as components/schemas/`name`.
  std::vector<std::string> schema_faults(const std::string& name, std::string_view json) const;

 private:
  YAML::Node resolved(const YAML::Node& node) const;
  YAML::Node operation(const std::string& name) const;
  void check(const YAML::Node& schema, const schema::JsonNode& value, const std::string& place,
             std::vector<std::string>& faults) const;
  void check_object(const YAML::Node& schema, const schema::JsonNode& value, const std::string& place,
                    std::vector<std::string>& faults) const;

  YAML::Node root_;
};

}  // namespace weft::api::testing
