#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/protobuf/proto_file.h"

namespace weft::schema::protobuf {

/// Reads one option value as it stands in a file (or, for aggregates, in text format): strings that follow each other
/// are one, comments are skipped. `depth` is how deep it stands already. Errors: kInvalidArgument; kTooLarge beyond
/// kOptionDepthMax.
Result<OptionValue> parse_option_value(std::string_view text, int depth = 0);

/// Adds a member; what has the name already becomes the first element of a list.
void add_member(OptionValue& map, std::string name, OptionValue value);

/// `bytes` inside double quotes, so that a Protobuf parser reads the same bytes back: escapes as Confluent's registry
/// prints them, and octal for control characters and for what is not UTF-8.
std::string quoted(std::string_view bytes);

/// A number as normalised texts have it: without suffix, exponent and useless zeros ("1.50f" is "1.5", "0x10" is "16").
/// Words such as "-inf" stay as they are.
std::string normalized_number(const std::string& text);

}  // namespace weft::schema::protobuf
