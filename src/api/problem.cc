#include "api/problem.h"

#include "mesh/audit.h"
#include "mesh/json_writer.h"

namespace weft::api {

http::Response Problem::response() const {
  mesh::JsonWriter json;
  json.begin_object()
      .member("type", "urn:weft:error:" + code)
      .member("title", title)
      .member("status", status)
      .member("detail", detail)
      .member("code", code);
  if (!findings.empty()) json.member("findings", findings);
  if (audit_id) json.member("audit_id", *audit_id);
  if (current_version) json.member("current_version", *current_version);
  json.end_object();
  return http::Response::text(status, std::move(json).take(), "application/problem+json");
}

http::Response refused(std::string detail, std::vector<mesh::Finding> findings) {
  return Problem{422, "refused", "Refused", std::move(detail), std::move(findings), {}, {}}.response();
}

http::Response not_found(std::string detail) {
  return Problem{404, "not_found", "There is no such thing", std::move(detail), {}, {}, {}}.response();
}

http::Response failed(const Error& why) {
  switch (why.code) {
    case ErrorCode::kNotFound:
    case ErrorCode::kForbidden:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict:
      return http::problem(why);
    case ErrorCode::kInternal:
    case ErrorCode::kCorrupt:
      return http::problem(why, 500);
    default:
      return http::problem(why, 503);
  }
}

http::Response refused_change(mesh::Refusal refusal, const std::string& detail,
                              const std::vector<mesh::Finding>& findings, const mesh::AuditPointer& audit,
                              std::optional<std::int64_t> current_version) {
  Problem problem{.detail = detail, .findings = findings, .current_version = current_version};
  if (audit) problem.audit_id = mesh::audit_id(audit->number);
  const auto say = [&](int status, const char* code, const char* title) {
    problem.status = status;
    problem.code = code;
    problem.title = title;
  };
  switch (refusal) {
    case mesh::Refusal::kUnauthenticated:
      say(401, "unauthenticated", "Sign in first");
      break;
    case mesh::Refusal::kForbidden:
      say(403, "forbidden", "A right is missing");
      break;
    case mesh::Refusal::kFindings:
      say(422, "refused", "Refused");
      break;
    case mesh::Refusal::kTaken:
      say(409, "already_exists", "The name is taken");
      break;
    case mesh::Refusal::kStale:
      say(412, "stale", "A newer version exists");
      break;
    case mesh::Refusal::kNotFound:
      say(404, "not_found", "There is no such thing");
      break;
    case mesh::Refusal::kInUse:
      say(409, "conflict", "Something depends on it");
      break;
  }
  return problem.response();
}

}  // namespace weft::api
