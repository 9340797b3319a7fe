#include "api/context.h"
#include "api/problem.h"
#include "api/sample_parameters.h"
#include "api/sample_reader.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

constexpr std::int64_t kOffsetMax = std::numeric_limits<std::int64_t>::max();

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
  SampleRequest wanted{.topic = product->stream().topic};
  wanted.partition = read_partition(parameters);
  wanted.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 500).value_or(50));
  const std::string from = parameters.text("from").value_or("newest");
  if (const auto place = read_place(parameters, "from", from, wanted.partition)) wanted.from = *place;
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (const auto allowed = may_read(context, request, *product); !allowed.ok())
    return responder.send(failed(allowed.error()));

  Services& services = context.services;
  read_samples(services.loop, services.home, std::move(wanted),
               [&services, subject = product->stream().subject, from,
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
      services.loop, services.home, product->stream().topic, partition, offset,
      [&services, subject = product->stream().subject, responder = std::move(responder)](Result<RawRecord> record) mutable {
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
