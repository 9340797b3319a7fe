#pragma once

#include <cstddef>

#include "base/result.h"

namespace google::protobuf {
class FileDescriptorProto;
}

namespace weft::schema::protobuf {

/// Refuses what would make libprotobuf's linker slow or its stack deep: more than kElementsMax elements, more than
/// kRangesMax ranges in a message or enum (they are compared in pairs), names of more than kNamePartsMax parts
/// (packages are entered by recursion). Errors: kTooLarge.
Result<void> check_bounds(const google::protobuf::FileDescriptorProto& file);
inline constexpr int kRangesMax = 2'000;
inline constexpr std::size_t kNamePartsMax = 200;

/// Memory that linking may take for option values: the linker makes a dynamic message, with room for all its fields,
/// from each `{}` in them.
class OptionCost {
 public:
  /// Adds a file; those it imports come before it. Error: kTooLarge.
  Result<void> add(const google::protobuf::FileDescriptorProto& file);

 private:
  static constexpr std::size_t kCostMax = 16'000'000;
  std::size_t fields_max_ = 32;  ///< Of any message so far, well-known ones included.
};

/// Removes every option whose name begins with an extension.
void drop_custom_options(google::protobuf::FileDescriptorProto& file);

}  // namespace weft::schema::protobuf
