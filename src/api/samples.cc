#include <charconv>

#include "access/authorizer.h"
#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "api/sample_reader.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr std::int64_t kPartitionMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kOffsetMax = std::numeric_limits<std::int64_t>::max();

Result<void> may_read(const Context& context, const http::Request& request, const mesh::Product& product) {
  return context.services.authorizer.check(request.principal, access::Right::kRead,
                                           {access::ResourceType::kTopic, product.port.topic});
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "newest", "earliest", "offset:<partition>:<offset>", "time:<RFC 3339>"
bool read_from(std::string_view from, SampleRequest& request) {
  if (from == "newest" || from == "earliest") {
    request.from = from == "newest" ? SampleRequest::From::kNewest : SampleRequest::From::kEarliest;
    return true;
  }
  if (from.starts_with("offset:")) {
    from.remove_prefix(7);
    const std::size_t colon = from.find(':');
    const auto partition = number(from.substr(0, colon));
    const auto offset = colon == from.npos ? std::nullopt : number(from.substr(colon + 1));
    if (!partition || !offset || *partition > kPartitionMax || (request.partition && *request.partition != *partition))
      return false;
    request.from = SampleRequest::From::kOffset;
    request.partition = static_cast<std::int32_t>(*partition);
    request.offset = *offset;
    return true;
  }
  if (!from.starts_with("time:")) return false;
  const auto time_ms = mesh::parse_time_text(from.substr(5));
  if (!time_ms) return false;
  request.from = SampleRequest::From::kTime;
  request.time_ms = *time_ms;
  return true;
}

http::Response samples_response(const std::string& from, const SampleRecords& samples,
                                const std::vector<std::string>& rendered) {
  mesh::JsonWriter json;
  json.begin_object().member("from", from).key("records").begin_array();
  for (const std::string& record : rendered) json.raw(record);
  json.end_array().key("partitions").begin_array();
  for (const SamplePartition& each : samples.partitions) {
    json.begin_object()
        .member("partition", each.partition)
        .member("log_start", each.bounds.log_start.get())
        .member("high_watermark", each.bounds.high_watermark.get())
        .end_object();
  }
  json.end_array().member("complete", samples.complete).end_object();
  return json_response(200, std::move(json));
}

void list(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  SampleRequest wanted{.topic = product->port.topic};
  if (const auto partition = parameters.integer("partition", 0, kPartitionMax))
    wanted.partition = static_cast<std::int32_t>(*partition);
  wanted.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 500).value_or(50));
  const std::string from = parameters.text("from").value_or("newest");
  if (!read_from(from, wanted))
    parameters.fault("from", fmt::format("'{}' is no place to read from.", from),
                     "Give newest, earliest, offset:<partition>:<offset> or time:2026-11-24T09:41:00Z.");
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (const auto allowed = may_read(context, request, *product); !allowed.ok())
    return responder.send(failed(allowed.error()));

  Services& services = context.services;
  read_samples(services.loop, services.home, std::move(wanted),
               [&services, subject = product->port.subject, from,
                responder = std::move(responder)](Result<SampleRecords> read) mutable {
                 if (!read.ok()) return responder.send(failed(read.error()));
                 auto samples = std::make_shared<SampleRecords>(std::move(*read));
                 render_records(
                     services.schemas, subject, std::exchange(samples->records, {}), kListTextBytesMax,
                     [samples, from, responder = std::move(responder)](std::vector<std::string> rendered) mutable {
                       responder.send(samples_response(from, *samples, rendered));
                     });
               });
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  const auto partition = static_cast<std::int32_t>(parameters.path_integer("partition", kPartitionMax));
  const std::int64_t offset = parameters.path_integer("offset", kOffsetMax);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (const auto allowed = may_read(context, request, *product); !allowed.ok())
    return responder.send(failed(allowed.error()));

  Services& services = context.services;
  read_record(
      services.loop, services.home, product->port.topic, partition, offset,
      [&services, subject = product->port.subject, responder = std::move(responder)](Result<RawRecord> record) mutable {
        if (!record.ok()) return responder.send(failed(record.error()));
        std::vector<RawRecord> one;
        one.push_back(std::move(*record));
        render_records(services.schemas, subject, std::move(one), kRecordTextBytesMax,
                       [responder = std::move(responder)](std::vector<std::string> rendered) mutable {
                         responder.send(http::Response::json(200, std::move(rendered.front())));
                       });
      });
}

}  // namespace

void add_samples(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/samples", context, list);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/records/{partition}/{offset}", context, get);
}

}  // namespace weft::api
