#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/http.h"
#include "mesh/finding.h"
#include "mesh/mesh_state.h"

namespace weft::api {

/// A problem document (RFC 9457) with what weft adds: findings, audit id, the version that is there.
struct Problem {
  int status = 500;
  std::string code;   ///< "refused", "stale", or an ErrorCode's name.
  std::string title;
  std::string detail;
  std::vector<mesh::Finding> findings;
  std::optional<std::string> audit_id;
  std::optional<std::int64_t> current_version;

  http::Response response() const;
};

/// 422 with every finding.
http::Response refused(std::string detail, std::vector<mesh::Finding> findings);
http::Response not_found(std::string detail);
/// Asking the cluster or the registry failed: 503, or the code's own status where that says more.
http::Response failed(const Error& why);
/// A change that mesh refused, as PUT, DELETE and POST answer it.
http::Response refused_change(mesh::Refusal refusal, const std::string& detail, const std::vector<mesh::Finding>& findings,
                              const mesh::AuditPointer& audit, std::optional<std::int64_t> current_version = {});

}  // namespace weft::api
