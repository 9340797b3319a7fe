#include "api/snippets/snippets.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::api {

namespace {

std::string_view host_of(std::string_view address) {
  std::string_view host = address.substr(0, address.rfind(':'));
  if (address.ends_with(']')) host = address;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

bool is_loopback(std::string_view host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

}  // namespace

std::string_view snippet_step_kind_name(SnippetStep::Kind kind) {
  switch (kind) {
    case SnippetStep::Kind::kNeeds:
      return "needs";
    case SnippetStep::Kind::kFile:
      return "file";
    case SnippetStep::Kind::kRun:
      return "run";
  }
  return "run";
}

std::string listener_for(const std::vector<std::string>& listeners, std::string_view host) {
  const std::string_view asked = host.find(':') == host.npos ? host : host_of(host);
  for (const std::string& each : listeners)
    if (host_of(each) == asked) return each;
  // Who came from this machine reaches all of them; who came from elsewhere no loopback.
  if (!is_loopback(asked))
    for (const std::string& each : listeners)
      if (!is_loopback(host_of(each))) return each;
  return listeners.empty() ? std::string() : listeners.front();
}

Decoding decoding_of(const SnippetNames& names) {
  if (!names.format || !names.registry) return Decoding::kText;
  if (*names.format == "AVRO") return Decoding::kAvro;
  return *names.format == "JSON" ? Decoding::kJson : Decoding::kText;
}

std::string filled(std::string_view text, const SnippetNames& names) {
  const std::array<std::pair<std::string_view, std::string>, 7> values = {{{"@bootstrap@", names.bootstrap},
                                                                           {"@registry@", names.registry.value_or("")},
                                                                           {"@http@", names.http},
                                                                           {"@topic@", names.topic},
                                                                           {"@domain@", names.domain},
                                                                           {"@product@", names.product},
                                                                           {"@group@", names.group()}}};
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('@'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) break;
    const auto value = std::find_if(values.begin(), values.end(), [&](const auto& each) { return text.starts_with(each.first); });
    out += value == values.end() ? text.substr(0, 1) : std::string_view(value->second);
    text.remove_prefix(value == values.end() ? 1 : value->first.size());
  }
  return out;
}

std::vector<Snippet> snippets_for(const SnippetNames& names) {
  return {weft_snippet(names), kcat_snippet(names), java_snippet(names), python_snippet(names), go_snippet(names),
          node_snippet(names), cpp_snippet(names),  http_snippet(names), connect_snippet(names)};
}

}  // namespace weft::api
