#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::api {

/// What a program that reads a product has to know.
struct SnippetNames {
  std::string bootstrap;                ///< "host:port" of a Kafka listener.
  std::optional<std::string> registry;  ///< Its URL; none when it is off.
  std::string http;                     ///< "http://host:port" of the API.
  std::string topic;
  std::string domain;
  std::string product;
  std::optional<std::string> format;  ///< Of the newest value schema: "AVRO", "JSON", "PROTOBUF"; none without a schema.

  /// What programs call their groups, each with its language behind it: members of one group must agree on how they share partitions.
  std::string group() const { return "my-" + product; }
};

/// One thing to do, in an empty folder, from the first to the last.
struct SnippetStep {
  enum class Kind {
    kNeeds,  ///< A command that brings what the machine must have; once.
    kFile,   ///< `title` is the file's name, `text` what it holds.
    kRun,    ///< A command for a POSIX shell in that folder.
  };
  Kind kind;
  std::string title;
  std::string text;
};
std::string_view snippet_step_kind_name(SnippetStep::Kind kind);

/// A program that reads the product as it stands: nothing to fill in. tests/snippets runs every one of them.
struct Snippet {
  std::string language;  ///< "java"; a segment of an address.
  std::string name;      ///< "Java"
  bool decodes = false;  ///< Shows fields; otherwise values as they are stored.
  std::string note;      ///< What to know about it; may be empty.
  std::optional<std::string> output;  ///< The file in which records arrive; none: standard output.
  std::vector<SnippetStep> steps;
};

/// All languages, in the order in which they are shown.
std::vector<Snippet> snippets_for(const SnippetNames& names);

/// Which of a cluster's listeners a program should connect to, for somebody who reached weft by `host` ("10.0.0.2:8080"):
/// the one on that host, else one that is not loopback, else the first. Empty without any.
std::string listener_for(const std::vector<std::string>& listeners, std::string_view host);

// One for each language.
Snippet weft_snippet(const SnippetNames& names);
Snippet kcat_snippet(const SnippetNames& names);
Snippet java_snippet(const SnippetNames& names);
Snippet python_snippet(const SnippetNames& names);
Snippet go_snippet(const SnippetNames& names);
Snippet node_snippet(const SnippetNames& names);
Snippet cpp_snippet(const SnippetNames& names);
Snippet http_snippet(const SnippetNames& names);
Snippet connect_snippet(const SnippetNames& names);

/// How a program gets from a stored value to something to print.
enum class Decoding {
  kAvro,  ///< Through the registry.
  kJson,  ///< A frame of five bytes in front of JSON text.
  kText,  ///< No schema: as it is.
};
Decoding decoding_of(const SnippetNames& names);

/// `text` with @bootstrap@, @registry@, @http@, @topic@, @domain@, @product@ and @group@ replaced.
std::string filled(std::string_view text, const SnippetNames& names);

}  // namespace weft::api
