#include "schema/protobuf/source_map.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>

namespace weft::schema::protobuf {
namespace {

template <class Ints>
std::string path_key(const Ints& path) {
  std::string key;
  for (const int part : path) key.append(reinterpret_cast<const char*>(&part), sizeof part);
  return key;
}

}  // namespace

SourceMap::SourceMap(std::string_view text, const google::protobuf::SourceCodeInfo& info) : text_(text) {
  constexpr std::size_t kTabColumns = 8;
  lines_.emplace_back();
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      lines_.push_back({at + 1, {}});
      column = 0;
    } else if (text[at] == '\t') {
      column += kTabColumns - column % kTabColumns;
      lines_.back().after_tabs.push_back({column, at + 1});
    } else {
      ++column;
    }
  }
  spans_.reserve(static_cast<std::size_t>(info.location_size()));
  for (const auto& location : info.location()) {
    if (location.span_size() < 3) continue;
    const bool one_line = location.span_size() == 3;
    const int last_line = one_line ? location.span(0) : location.span(2);
    const Span span{offset(location.span(0), location.span(1)), offset(last_line, location.span(one_line ? 2 : 3))};
    if (span.begin <= span.end) spans_.emplace(path_key(location.path()), span);
  }
}

std::size_t SourceMap::offset(int line, int column) const {
  if (line < 0 || column < 0 || static_cast<std::size_t>(line) >= lines_.size()) return text_.size();
  const Line& at = lines_[static_cast<std::size_t>(line)];
  const auto wanted = static_cast<std::size_t>(column);
  const auto behind = std::upper_bound(at.after_tabs.begin(), at.after_tabs.end(), wanted,
                                       [](std::size_t value, const Span& tab) { return value < tab.begin; });
  const std::size_t offset =
      behind == at.after_tabs.begin() ? at.begin + wanted : (behind - 1)->end + (wanted - (behind - 1)->begin);
  return std::min(offset, text_.size());
}

std::vector<SourceMap::Span> SourceMap::spans(const Path& path) const {
  std::vector<Span> found;
  const auto range = spans_.equal_range(path_key(path));
  for (auto at = range.first; at != range.second; ++at) found.push_back(at->second);
  std::sort(found.begin(), found.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return found;
}

std::optional<std::string_view> SourceMap::text(const Path& path) const {
  const auto found = spans_.find(path_key(path));
  if (found == spans_.end()) return std::nullopt;
  return text(found->second);
}

}  // namespace weft::schema::protobuf
