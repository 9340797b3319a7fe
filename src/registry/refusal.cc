#include "registry/refusal.h"

namespace weft::registry {

ErrorCode error_code_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kSubjectNotFound:
    case Refusal::kVersionNotFound:
    case Refusal::kSchemaNotFound:
    case Refusal::kSubjectSoftDeleted:
    case Refusal::kSubjectNotSoftDeleted:
    case Refusal::kVersionSoftDeleted:
    case Refusal::kVersionNotSoftDeleted:
    case Refusal::kNoOwnLevel:
    case Refusal::kNoOwnMode:
      return ErrorCode::kNotFound;
    case Refusal::kIncompatible:
      return ErrorCode::kIncompatible;
    case Refusal::kInvalidRequest:
    case Refusal::kInvalidSchema:
    case Refusal::kInvalidVersion:
    case Refusal::kInvalidLevel:
    case Refusal::kInvalidMode:
    case Refusal::kInvalidSubject:
    case Refusal::kInvalidRuleSet:
    case Refusal::kIdDoesNotMatch:
      return ErrorCode::kInvalidArgument;
    case Refusal::kOperationNotPermitted:
    case Refusal::kReferenceExists:
    case Refusal::kContextNotEmpty:
      return ErrorCode::kConflict;
    case Refusal::kTooLarge:
      return ErrorCode::kTooLarge;
    case Refusal::kStore:
      return ErrorCode::kUnavailable;
    case Refusal::kStoreTimeout:
      return ErrorCode::kTimeout;
  }
  return ErrorCode::kInternal;
}

}  // namespace weft::registry
