#include "kafka/reflection_testing.h"

namespace weft::kafka {
namespace {

std::string hex(ByteView bytes) {
  std::string text;
  for (const std::byte each : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(each));
  return text;
}

}  // namespace

void RandomValues::value(std::string& out) {
  static constexpr std::string_view kTexts[] = {
      "", "a", "orders", "größe", "a name that is too long for the short string form", "日本語", "\U0001f9f5"};
  out = kTexts[engine_() % std::size(kTexts)];
}

void RandomValues::value(Buffer& out) {
  out.resize(engine_() % 200);
  for (std::byte& each : out) each = static_cast<std::byte>(engine_());
}

void RandomValues::value(SharedBytes& out) {
  Buffer bytes;
  value(bytes);
  out = SharedBytes(std::move(bytes));
}

void RandomValues::value(std::vector<SharedBytes>& out) {
  out.resize(count());
  for (SharedBytes& each : out) value(each);
}

void JsonText::raw(std::string_view text) {
  if (comma_) text_ += ',';
  text_ += text;
  comma_ = true;
}

void JsonText::open(char bracket) {
  raw(std::string_view(&bracket, 1));
  comma_ = false;
}

void JsonText::close(char bracket) {
  text_ += bracket;
  comma_ = true;
}

void JsonText::name(std::string_view name) {
  raw(fmt::format("\"{}\":", name));
  comma_ = false;
}

void JsonText::value(const std::string& text) {
  std::string quoted = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') quoted += '\\';
    quoted += each;
  }
  raw(quoted + '"');
}

void JsonText::value(const Buffer& bytes) { raw('"' + hex(bytes) + '"'); }

void JsonText::value(const std::vector<SharedBytes>& pieces) {
  std::size_t size = 0;
  for (const SharedBytes& piece : pieces) size += piece.size();
  raw(std::to_string(size));
}

}  // namespace weft::kafka
