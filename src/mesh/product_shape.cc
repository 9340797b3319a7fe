#include "mesh/product_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "mesh/finding_list.h"
#include "mesh/json_writer.h"
#include "mesh/product_draft.h"
#include "mesh/text_bounds.h"
#include "mesh/web_address.h"

namespace weft::mesh {

namespace {

class ShapeCheck {
 public:
  ShapeCheck(FindingList& out, const ProductDraft& draft) : out_(out), draft_(draft) {}

  void run() {
    word("audience", "audience-known", draft_.audience, parse_audience, "private, by_request, domain or open");
    word("sensitivity", "sensitivity-known", draft_.sensitivity, parse_sensitivity,
         "public, internal, confidential or personal_data");
    links();
    terms();
    attributes();
    ports();
    size();
  }

 private:
  template <class Value>
  void word(std::string_view field, std::string_view rule, const std::optional<std::string>& word,
            std::optional<Value> (*parse)(std::string_view), std::string_view known) {
    if (!word) return;
    if (parse(*word)) return out_.passes(field, rule, fmt::format("The {} is stated", field), *word);
    out_.blocks(field, rule, fmt::format("The {} is a known word", field),
                fmt::format("'{}' is none of them.", *word), fmt::format("Choose {}.", known));
  }

  void links() {
    if (draft_.links.size() > kLinksMax) {
      out_.blocks("links", "links-count", "Fewer links are read", fmt::format("{} links; at most {}.", draft_.links.size(), kLinksMax),
                  "Remove some.");
      return;
    }
    for (std::size_t i = 0; i < draft_.links.size(); ++i) link(fmt::format("links[{}]", i), draft_.links[i]);
    if (draft_.support) link("support", *draft_.support);
  }

  void link(const std::string& field, const Link& link) {
    if (trimmed(link.title).empty() || code_points(link.title) > kLinkTitleMax || has_control_characters(link.title) ||
        link.title.find('\n') != link.title.npos) {
      out_.blocks(field + ".title", "link-title", "A link says where it leads",
                  fmt::format("{} characters.", code_points(link.title)),
                  fmt::format("Write 1 to {} characters on one line.", kLinkTitleMax));
    }
    web_address(field + ".url", link.url);
  }

  void web_address(const std::string& field, const std::string& url) {
    if (is_web_address(url)) return;
    out_.blocks(field, "link-address", "Links lead to the web", fmt::format("'{}' is no http or https address.", url.substr(0, 200)),
                "Write it in full: https://wiki.example/trades.");
  }

  void terms() {
    if (!draft_.terms) return;
    const std::size_t length = code_points(*draft_.terms);
    if (has_control_characters(*draft_.terms)) {
      out_.blocks("terms", "terms-text", "Terms are plain text", "They hold control characters.", "Type them again.");
    } else if (length > kTermsMax) {
      out_.blocks("terms", "terms-length", "Terms are read by people",
                  fmt::format("{} characters; at most {}.", length, kTermsMax), "Keep what readers agree to; link the rest.");
    }
  }

  void attributes() {
    if (draft_.attributes.size() > kAttributesMax) {
      out_.blocks("attributes", "attributes-count", "So many attributes fit",
                  fmt::format("{}; at most {}.", draft_.attributes.size(), kAttributesMax), "Remove some.");
      return;
    }
    for (const auto& [name, value] : draft_.attributes) {
      const std::string field = "attributes." + name;
      if (!is_typeable(name, kAttributeNameMax)) {
        out_.blocks(field, "attribute-name", "An attribute has a name one can type", fmt::format("'{}' is none.", name),
                    fmt::format("Use letters, digits, '.', '_' and '-', at most {}.", kAttributeNameMax));
      }
      if (value.type == AttributeValue::Type::kNumber && !survives_as_double(value.text)) {
        out_.blocks(field, "attribute-number", "A number has as many digits as every program keeps",
                    fmt::format("{} has more than 15.", value.text.substr(0, 60)), "Write it as a text, in quotes.");
      }
      const bool fits = is_short(value.text) && value.items.size() <= kAttributeItemsMax &&
                        std::all_of(value.items.begin(), value.items.end(), is_short);
      if (!fits) {
        out_.blocks(field, "attribute-value", "An attribute says little",
                    "It is too long, or holds control characters.",
                    fmt::format("Write at most {} characters, in a list at most {} of them.", kAttributeTextMax,
                                kAttributeItemsMax));
      }
    }
  }

  /// At most 15 significant digits and a small exponent: browsers and scripts read numbers as doubles.
  static bool survives_as_double(std::string_view number) {
    const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
    const std::string_view exponent = number.substr(std::min(mantissa.size() + 1, number.size()));
    const std::size_t first = std::min(mantissa.find_first_of("123456789"), mantissa.size());
    const auto digits = std::count_if(mantissa.begin() + static_cast<std::ptrdiff_t>(first), mantissa.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
    // Exponents of two digits, with or without a sign.
    const bool is_signed = exponent.starts_with('-') || exponent.starts_with('+');
    return digits <= 15 && mantissa.size() <= 40 && exponent.size() <= (is_signed ? 3 : 2);
  }

  static bool is_short(const std::string& text) {
    return code_points(text) <= kAttributeTextMax && !has_control_characters(text);
  }

  void ports() {
    if (draft_.ports.empty()) {
      out_.blocks("ports", "ports-count", "A product can be read somewhere", "It has no port.",
                  "Choose a topic, or give the address of a service.");
      return;
    }
    if (draft_.ports.size() > kPortsMax) {
      out_.blocks("ports", "ports-count", "So many ports fit",
                  fmt::format("{}; at most {}.", draft_.ports.size(), kPortsMax), "Publish the rest as products of their own.");
      return;
    }
    std::set<std::string> names, topics;
    for (std::size_t i = 0; i < draft_.ports.size(); ++i) {
      const PortDraft& port = draft_.ports[i];
      const std::string place = fmt::format("ports[{}]", i);
      const std::string name = port.name_or_default();
      if (!parse_port_kind(port.kind_or_default())) {
        out_.blocks(place + ".kind", "port-kind", "The kind of a port is a known word",
                    fmt::format("'{}' is none of them.", port.kind_or_default()),
                    "Choose stream, rest, grpc, graphql, table or object_store.");
        continue;
      }
      if (!is_typeable(name, kPortNameMax)) {
        out_.blocks(place + ".name", "port-name", "A port has a name one can type", fmt::format("'{}' is none.", name),
                    fmt::format("Use letters, digits, '.', '_' and '-', at most {}.", kPortNameMax));
      } else if (!names.insert(name).second) {
        out_.blocks(place + ".name", "port-name", "Each port has its own name", fmt::format("'{}' stands twice.", name),
                    "Give one of them another name.");
      }
      if (!port.is_stream()) {
        service(place, port);
      } else if (port.topic && !port.topic->empty() && !topics.insert(*port.topic).second) {
        out_.blocks(place + ".topic", "port-topic", "Each topic once", fmt::format("{} stands twice.", *port.topic),
                    "Remove one of the ports.");
      }
    }
  }

  void service(const std::string& place, const PortDraft& port) {
    const std::string address = port.address.value_or("");
    if (trimmed(address).empty() || address.size() > kAddressMax || has_control_characters(address) ||
        address.find_first_of("\r\n") != address.npos) {
      out_.blocks(place + ".address", "port-address", "A port says where it is",
                  address.empty() ? "It has no address." : "It is no address on one line.",
                  "Write where readers find it: https://prices.example/v2.");
    }
    if (port.format && (code_points(*port.format) > kPortNameMax || has_control_characters(*port.format))) {
      out_.blocks(place + ".format", "port-format", "A format is a word", "It is too long.", "Write json, csv, parquet.");
    }
    if (port.contract) contract(place + ".contract", *port.contract);
    if (port.probe) probe(place + ".probe", *port.probe);
  }

  void contract(const std::string& place, const Contract& contract) {
    if (contract.text.empty() && contract.url.empty()) {
      out_.blocks(place, "contract-there", "A contract is a document", "Neither text nor url is given.",
                  "Paste the document, or give its address.");
    }
    if (contract.text.size() > kContractBytesMax || has_control_characters(contract.text)) {
      out_.blocks(place + ".text", "contract-size", "A contract is a text",
                  fmt::format("{} bytes; at most {}, no control characters.", contract.text.size(), kContractBytesMax),
                  "Give its address instead.");
    }
    if (!contract.url.empty()) web_address(place + ".url", contract.url);
    if (contract.media_type.empty() || contract.media_type.size() > 200 ||
        contract.media_type.find('/') == contract.media_type.npos || has_control_characters(contract.media_type)) {
      out_.blocks(place + ".media_type", "contract-type", "A contract has a media type",
                  fmt::format("'{}' is none.", contract.media_type.substr(0, 200)),
                  "Write application/yaml, application/json, text/plain.");
    }
  }

  void probe(const std::string& place, const PortDraft::ProbeDraft& probe) {
    const auto kind = parse_probe_kind(probe.kind.value_or("http"));
    const std::string target = probe.target.value_or("");
    if (!kind) {
      out_.blocks(place + ".kind", "probe-kind", "The kind of a probe is a known word",
                  fmt::format("'{}' is none of them.", *probe.kind), "Choose http or tcp.");
    } else if (*kind == Probe::Kind::kHttp) {
      web_address(place + ".target", target);
    } else if (!is_host_and_port(target)) {
      out_.blocks(place + ".target", "probe-target", "A TCP probe has a host and a port",
                  fmt::format("'{}' is none.", target.substr(0, 200)), "Write prices.example:9443.");
    }
    const std::int64_t interval = probe.interval_seconds.value_or(kProbeIntervalSecondsDefault);
    if (interval < kProbeIntervalSecondsMin || interval > kProbeIntervalSecondsMax) {
      out_.blocks(place + ".interval_seconds", "probe-interval", "Probes come at a bearable pace",
                  fmt::format("Every {} s.", interval),
                  fmt::format("Choose {} to {} seconds.", kProbeIntervalSecondsMin, kProbeIntervalSecondsMax));
    }
  }

  void size() {
    const std::size_t bytes = to_json(draft_).size();
    if (bytes <= kProductBytesMax) return;
    out_.blocks("", "product-size", "A product fits into one record",
                fmt::format("{} KiB; at most {}.", bytes >> 10, kProductBytesMax >> 10),
                "Give addresses of contracts instead of their texts.");
  }

  FindingList& out_;
  const ProductDraft& draft_;
};

}  // namespace

void check_shape(FindingList& out, const ProductDraft& draft) { ShapeCheck(out, draft).run(); }

}  // namespace weft::mesh
