#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/attribute_value.h"
#include "mesh/port.h"
#include "mesh/product.h"

namespace weft::stream {
struct ClusterIdentity;
}

namespace weft::mesh {

/// A port that somebody describes; words are not yet checked.
struct PortDraft {
  std::optional<std::string> name;  ///< None: its kind.
  std::optional<std::string> kind;  ///< None: a stream.

  std::optional<std::string> cluster;  ///< None: the home cluster.
  std::optional<std::string> topic;
  std::optional<std::string> subject;  ///< None: <topic>-value.

  std::optional<std::string> address;
  std::optional<std::string> format;
  std::optional<Contract> contract;
  struct ProbeDraft {
    std::optional<std::string> kind;  ///< None: http.
    std::optional<std::string> target;
    std::optional<std::int64_t> interval_seconds;
  };
  std::optional<ProbeDraft> probe;

  static PortDraft of_topic(std::string topic);

  std::string kind_or_default() const { return kind.value_or("stream"); }
  std::string name_or_default() const { return name.value_or(kind_or_default()); }
  std::string subject_or_default() const { return subject.value_or(topic.value_or("") + "-value"); }
  bool is_stream() const { return kind_or_default() == port_kind_name(PortKind::kStream); }
};

/// What somebody wants to publish, perhaps not finished; words are not yet checked.
struct ProductDraft {
  std::optional<std::string> owner;
  std::optional<std::string> description;
  std::optional<std::string> quality;
  std::optional<std::int64_t> sla;
  std::vector<std::string> tags;
  std::optional<std::string> audience;     ///< None: open.
  std::optional<std::string> sensitivity;  ///< None: internal.
  std::vector<Link> links;
  std::optional<Link> support;
  std::optional<std::string> terms;
  Attributes attributes;
  std::vector<PortDraft> ports;

  /// What would publish this product again as it is.
  static ProductDraft of(const Product& product);
};

/// The product that a draft describes. No rule blocks it.
Product product_of(const ProductId& id, const ProductDraft& draft, const stream::ClusterIdentity& home);

/// As the API takes it: members that are not given are left out. The first into an object that is open.
void write_members(JsonWriter& json, const ProductDraft& draft);
void write(JsonWriter& json, const ProductDraft& draft);

}  // namespace weft::mesh
