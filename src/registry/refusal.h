#pragma once

#include "base/result.h"

namespace weft::registry {

/// Confluent's error codes; the first three digits are the HTTP status. They travel as `Error::detail`.
enum class Refusal : int {
  kSubjectNotFound = 40401,
  kVersionNotFound = 40402,
  kSchemaNotFound = 40403,
  kSubjectSoftDeleted = 40404,
  kSubjectNotSoftDeleted = 40405,
  kVersionSoftDeleted = 40406,
  kVersionNotSoftDeleted = 40407,
  kNoOwnLevel = 40408,
  kNoOwnMode = 40409,
  kIncompatible = 409,
  kInvalidRequest = 422,
  kInvalidSchema = 42201,
  kInvalidVersion = 42202,
  kInvalidLevel = 42203,
  kInvalidMode = 42204,
  kOperationNotPermitted = 42205,
  kReferenceExists = 42206,
  kIdDoesNotMatch = 42207,
  kInvalidSubject = 42208,
  kTooLarge = 42209,
  kInvalidRuleSet = 42210,
  kContextNotEmpty = 42211,
  kStore = 50001,
  kStoreTimeout = 50002,
};

ErrorCode error_code_of(Refusal refusal);

template <class... Args>
Error refuse(Refusal refusal, fmt::format_string<Args...> text, Args&&... args) {
  Error why = error(error_code_of(refusal), text, std::forward<Args>(args)...);
  why.detail = static_cast<int>(refusal);
  return why;
}

}  // namespace weft::registry
