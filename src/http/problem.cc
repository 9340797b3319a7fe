#include <nlohmann/json.hpp>

#include "http/http.h"

namespace weft::http {
namespace {

std::string_view title_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "The request breaks a rule";
    case ErrorCode::kNotFound:
      return "There is no such thing";
    case ErrorCode::kAlreadyExists:
      return "The name is taken";
    case ErrorCode::kConflict:
      return "It has changed in the meantime";
    case ErrorCode::kUnauthenticated:
      return "Sign in first";
    case ErrorCode::kForbidden:
      return "A right is missing";
    case ErrorCode::kOutOfRange:
      return "Outside what is held";
    case ErrorCode::kTooLarge:
      return "Too large";
    case ErrorCode::kUnsupported:
      return "Not offered here";
    case ErrorCode::kCorrupt:
      return "Bytes that cannot be read";
    case ErrorCode::kIncompatible:
      return "Incompatible with earlier versions";
    case ErrorCode::kOutOfOrderSequence:
      return "A gap in the sequence";
    case ErrorCode::kFenced:
      return "A newer one has taken over";
    case ErrorCode::kUnavailable:
      return "Not available right now";
    case ErrorCode::kTimeout:
      return "Not done in time";
    case ErrorCode::kCancelled:
      return "Cancelled";
    case ErrorCode::kExhausted:
      return "A limit is reached";
    case ErrorCode::kDiskFull:
      return "The disk is full";
    case ErrorCode::kIo:
      return "The operating system refused";
    case ErrorCode::kInternal:
      return "A mistake of weft's own";
  }
  return "A mistake of weft's own";
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
      return 409;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kOutOfRange:
      return 400;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kUnsupported:
      return 501;
    case ErrorCode::kCorrupt:
      return 500;
    case ErrorCode::kIncompatible:
      return 409;
    case ErrorCode::kOutOfOrderSequence:
      return 409;
    case ErrorCode::kFenced:
      return 409;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kCancelled:
      return 503;
    case ErrorCode::kExhausted:
      return 429;
    case ErrorCode::kDiskFull:
      return 507;
    case ErrorCode::kIo:
      return 500;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

Response problem(const Error& why) { return problem(why, status_of(why.code)); }

Response problem(const Error& why, int status) {
  const nlohmann::ordered_json document{{"type", "urn:weft:error:" + std::string(error_name(why.code))},
                                        {"title", title_of(why.code)},
                                        {"status", status},
                                        {"detail", why.message},
                                        {"code", error_name(why.code)}};
  // What a client sent may be quoted in the message, and need not be UTF-8.
  return Response::text(status, document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                        "application/problem+json");
}

}  // namespace weft::http
