#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::mesh {

/// Writes JSON front to back: `json.begin_object().member("name", name).end_object()`. Commas are its own; whether the
/// nesting is right is the caller's. Texts that are not UTF-8 come out with U+FFFD in the wrong places.
/// Types of ours have `void write(JsonWriter&, const T&)` beside them.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(std::nullptr_t) { return raw("null"); }
  JsonWriter& value(double number);  ///< Infinities and not-a-number become null.
  JsonWriter& value(std::integral auto number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return raw({digits, static_cast<std::size_t>(end - digits)});
  }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : value(nullptr);
  }
  template <class T>
  JsonWriter& value(const std::vector<T>& items) {
    begin_array();
    for (const auto& item : items) value(item);
    return end_array();
  }
  template <class T>
    requires requires(JsonWriter& json, const T& thing) { write(json, thing); }
  JsonWriter& value(const T& thing) {
    write(*this, thing);
    return *this;
  }

  template <class T>
  JsonWriter& member(std::string_view name, const T& thing) {
    return key(name).value(thing);
  }
  /// JSON that is already written.
  JsonWriter& raw(std::string_view json);

  std::size_t size() const { return out_.size(); }
  std::string take() && { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate() {
    if (comma_) out_ += ',';
  }

  std::string out_;
  bool comma_ = false;
};

/// What `thing` writes, as text.
template <class T>
std::string to_json(const T& thing) {
  JsonWriter json;
  json.value(thing);
  return std::move(json).take();
}

/// RFC 3339 in UTC with milliseconds: "2026-11-24T09:41:07.135Z".
std::string time_text(std::int64_t wall_ms);
/// Its day: "2026-11-24".
std::string day_text(std::int64_t wall_ms);
/// The reverse of time_text; takes offsets ("+01:00") and any number of fraction digits. Nothing when it is no such
/// time.
std::optional<std::int64_t> parse_time_text(std::string_view text);

}  // namespace weft::mesh
