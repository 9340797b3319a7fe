#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::schema {
class JsonNode;
}

namespace weft::mesh {

class JsonWriter;

inline constexpr std::size_t kPortsMax = 8;
inline constexpr std::size_t kPortNameMax = 60;
inline constexpr std::size_t kAddressMax = 1000;         ///< Bytes of an address or a URL.
inline constexpr std::size_t kContractBytesMax = 32 << 10;
inline constexpr std::int64_t kProbeIntervalSecondsMin = 10;
inline constexpr std::int64_t kProbeIntervalSecondsMax = 86'400;
inline constexpr std::int64_t kProbeIntervalSecondsDefault = 60;

/// How a product is read. kStream: a topic of a Kafka cluster; all others are an address.
enum class PortKind { kStream, kRest, kGrpc, kGraphql, kTable, kObjectStore };
std::string_view port_kind_name(PortKind kind);
std::optional<PortKind> parse_port_kind(std::string_view name);

/// What a port's format and calls are: a document, or where it stands.
struct Contract {
  std::string media_type;  ///< "application/vnd.oai.openapi+yaml"
  std::string text;        ///< Empty when there is only a URL.
  std::string url;         ///< http or https; empty when there is only a text.

  bool operator==(const Contract&) const = default;
};

/// How weft finds out whether an address answers.
struct Probe {
  enum class Kind { kHttp, kTcp };
  Kind kind = Kind::kHttp;
  std::string target;  ///< An http or https URL that answers 2xx to GET; or "host:port" that accepts a connection.
  std::int64_t interval_seconds = kProbeIntervalSecondsDefault;

  bool operator==(const Probe&) const = default;
};
std::string_view probe_kind_name(Probe::Kind kind);
std::optional<Probe::Kind> parse_probe_kind(std::string_view name);

/// One way to read a product.
struct Port {
  std::string name;  ///< Unique within the product.
  PortKind kind = PortKind::kStream;

  // kStream: where the records are, always with the cluster's name, environment and region.
  std::string cluster;
  std::string environment;
  std::string region;
  std::string topic;
  std::string subject;  ///< Of the value schema.

  // All others.
  std::string address;  ///< "https://prices.example/v2", "s3://trades/daily", "warehouse.trades"
  std::string format;   ///< "json", "parquet": what comes back; may be empty.
  std::optional<Contract> contract;
  std::optional<Probe> probe;

  bool operator==(const Port&) const = default;
  bool is_stream() const { return kind == PortKind::kStream; }
};

void write(JsonWriter& json, const Contract& contract);
void write(JsonWriter& json, const Probe& probe);
/// The members of a port, into an object that is open: name, kind and those of its kind.
void write_members(JsonWriter& json, const Port& port);
void write(JsonWriter& json, const Port& port);
/// Reads what write() wrote; kCorrupt names the member.
Result<Port> parse_port(const schema::JsonNode& node);

}  // namespace weft::mesh
