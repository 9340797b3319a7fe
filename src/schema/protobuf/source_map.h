#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace google::protobuf {
class SourceCodeInfo;
}

namespace weft::schema::protobuf {

/// Where in the text each part of a file stands: what libprotobuf's descriptors do not keep (how a number was written,
/// which fields share an `extend` block) can be read there. Elements are named by paths as in SourceCodeInfo.
class SourceMap {
 public:
  using Path = std::vector<int>;
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// `text` must outlive the map.
  SourceMap(std::string_view text, const google::protobuf::SourceCodeInfo& info);

  /// Every place of the element, in the order of the file.
  std::vector<Span> spans(const Path& path) const;
  /// The text of an element that stands in one place.
  std::optional<std::string_view> text(const Path& path) const;
  std::string_view text(const Span& span) const { return text_.substr(span.begin, span.end - span.begin); }

 private:
  struct Line {
    std::size_t begin = 0;
    std::vector<Span>
        after_tabs;  ///< Column and offset behind each tab: the tokenizer counts a tab as up to 8 columns.
  };
  std::size_t offset(int line, int column) const;

  std::string_view text_;
  std::vector<Line> lines_;
  std::unordered_multimap<std::string, Span> spans_;
};

}  // namespace weft::schema::protobuf
