#include "mesh/rules/document_path.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::mesh {

namespace {
bool is_step_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
}  // namespace

std::optional<DocumentPath> DocumentPath::parse(std::string_view text) {
  DocumentPath path;
  path.text_ = text;
  if (text.empty()) return path;
  if (text.size() > kBytesMax) return std::nullopt;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    std::string_view name = text.substr(at, dot - at);
    Step step;
    if (name.ends_with("[]")) {
      step.each_element = true;
      name.remove_suffix(2);
    }
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_step_character)) return std::nullopt;
    step.name = name;
    path.steps_.push_back(std::move(step));
    if (path.steps_.size() > kStepsMax) return std::nullopt;
    at = dot + 1;
  }
  return path;
}

DocumentPath DocumentPath::attribute(const std::string& name) {
  DocumentPath path;
  path.text_ = "attributes." + name;
  path.steps_ = {{"attributes"}, {name}};
  return path;
}

const schema::JsonNode* DocumentPath::find(const schema::JsonNode& root,
                                           const std::vector<std::size_t>& indexes) const {
  const schema::JsonNode* at = &root;
  std::size_t next = 0;
  for (const Step& step : steps_) {
    at = at->find(step.name);
    if (at != nullptr && step.each_element) {
      if (next == indexes.size() || indexes[next] >= at->elements.size()) return nullptr;
      at = &at->elements[indexes[next++]];
    }
    if (at == nullptr) return nullptr;
  }
  return at->is_null() ? nullptr : at;
}

std::string DocumentPath::place(const std::vector<std::size_t>& indexes) const {
  std::string out;
  std::size_t next = 0;
  for (const Step& step : steps_) {
    if (!out.empty()) out += '.';
    out += step.name;
    if (step.each_element && next < indexes.size()) out += fmt::format("[{}]", indexes[next++]);
  }
  return out;
}

}  // namespace weft::mesh
