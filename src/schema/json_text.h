#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft::schema {

/// Appends `text` as a JSON string with quotes. Escapes as Jackson does: `"`, `\` and control characters only (short
/// forms where JSON has them), everything else as it is. Bytes that are not UTF-8 become U+FFFD, so the result is
/// always JSON.
void append_json_string(std::string& out, std::string_view text);
/// The shortest digits that give the same double back, always with a point or an exponent; not-a-number and the
/// infinities as the strings "NaN", "Infinity" and "-Infinity", as Avro's JSON encoding has them.
void append_json_double(std::string& out, double value);
void append_json_float(std::string& out, float value);
/// As Java's Double.toString prints it (1.0E10, 0.001): the canonical text of schemas holds such numbers.
void append_java_double(std::string& out, double value);
void append_java_float(std::string& out, float value);

/// A compact JSON object, member after member.
class JsonObjectText {
 public:
  JsonObjectText& text(std::string_view name, std::string_view value) {
    member(name);
    append_json_string(out_, value);
    return *this;
  }
  JsonObjectText& number(std::string_view name, std::int64_t value) { return json(name, std::to_string(value)); }
  JsonObjectText& boolean(std::string_view name, bool value) { return json(name, value ? "true" : "false"); }
  /// A value that is JSON already.
  JsonObjectText& json(std::string_view name, std::string_view value) {
    member(name);
    out_ += value;
    return *this;
  }
  std::string take() { return std::move(out_ += '}'); }

 private:
  void member(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string out_ = "{";
};

}  // namespace weft::schema
