#include "api/context.h"
#include "api/problem.h"
#include "api/record_scan.h"
#include "api/sample_parameters.h"
#include "api/sample_reader.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

/// More at a time would keep the threads busy that also read what consumers ask for.
constexpr std::size_t kScansMax = 8;

void write_budget(mesh::JsonWriter& json, std::string_view name, const ScanBudget& budget) {
  json.key(name)
      .begin_object()
      .member("records", budget.records)
      .member("bytes", budget.bytes)
      .member("ms", budget.ms)
      .end_object();
}

std::optional<std::string> cursor_text(const ScanCursor& cursor) {
  return cursor.ranges.empty() ? std::nullopt : std::optional(cursor.to_string());
}

http::Response plan_response(const RecordFilter& filter, const ScanPlan& plan) {
  mesh::JsonWriter json;
  json.begin_object().member("where", filter.text()).member("newest_first", plan.cursor.newest_first);
  write_budget(json, "bound", plan.bound);
  json.member("bytes_estimate", plan.bytes_estimate)
      .member("offsets", plan.offsets)
      .member("partitions", plan.partitions)
      .member("partitions_left_out", plan.partitions_left_out)
      .member("cursor", cursor_text(plan.cursor))
      .end_object();
  return json_response(200, std::move(json));
}

std::optional<std::string_view> ended_word(ScanStep::Ended ended) {
  switch (ended) {
    case ScanStep::Ended::kEverythingRead:
      return "everything_read";
    case ScanStep::Ended::kBound:
      return "bound";
    case ScanStep::Ended::kNo:
      break;
  }
  return std::nullopt;
}

http::Response step_response(const ScanStep& step, const std::vector<std::string>& rendered) {
  mesh::JsonWriter json;
  json.begin_object().key("records").begin_array();
  for (const std::string& record : rendered) json.raw(record);
  json.end_array()
      .key("scanned")
      .begin_object()
      .member("records", step.scanned)
      .member("bytes", step.scanned_bytes)
      .member("unreadable", step.unreadable)
      .end_object()
      .key("at");
  if (step.at_ms) {
    json.value(mesh::time_text(*step.at_ms));
  } else {
    json.value(nullptr);
  }
  json.member("ended", ended_word(step.ended)).member("cursor", cursor_text(step.cursor)).end_object();
  return json_response(200, std::move(json));
}

std::optional<ScanCursor> read_cursor(Parameters& parameters) {
  const auto text = parameters.text("cursor", ScanCursor::kTextBytesMax);
  auto cursor = text ? ScanCursor::parse(*text) : std::nullopt;
  if (text && !cursor)
    parameters.fault("cursor", "It is no cursor of a scan.", "Take it from a plan or from the step before, as it is.");
  return cursor;
}

ScanRequest read_range(Parameters& parameters, const mesh::Product& product) {
  ScanRequest wanted{.topic = product.stream().topic};
  wanted.partition = read_partition(parameters);
  const std::string from = parameters.text("from").value_or("newest");
  if (const auto place = read_place(parameters, "from", from, wanted.partition)) wanted.from = *place;
  if (const auto until = parameters.text("until")) {
    wanted.until = read_place(parameters, "until", *until, wanted.partition);
    using Kind = RecordPlace::Kind;
    if (wanted.until && wanted.until->kind != Kind::kOffset && wanted.until->kind != Kind::kTime)
      parameters.fault("until", fmt::format("'{}' is no place to stop at.", *until),
                       "Give time:… or offset:…; without it the scan ends with the newest record.");
    if (wanted.from.kind == Kind::kNewest)
      parameters.fault("until", "From the newest backwards there is no end but the first record.",
                       "Begin at earliest, at a time or at an offset.");
  }
  wanted.records_max = parameters.integer("records_max", 1, kScanRecordsMax).value_or(kScanRecordsDefault);
  return wanted;
}

void plan(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  const auto filter = read_filter(parameters);
  auto cursor = read_cursor(parameters);
  ScanRequest wanted = read_range(parameters, *product);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (const auto allowed = may_read(context, request, *product); !allowed.ok())
    return responder.send(failed(allowed.error()));

  Services& services = context.services;
  plan_scan(services.loop, services.home, std::move(wanted), std::move(cursor),
            [filter, responder = std::move(responder)](Result<ScanPlan> planned) mutable {
              responder.send(planned.ok() ? plan_response(*filter, *planned) : failed(planned.error()));
            });
}

void step(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  auto filter = read_filter(parameters);
  auto cursor = read_cursor(parameters);
  if (parameters.fine() && !cursor)
    parameters.fault("cursor", "It is missing.",
                     "Ask for the plan first: it says what is read at most, and where to begin.");
  const auto limit = static_cast<std::size_t>(
      parameters.integer("limit", 1, static_cast<std::int64_t>(kScanStepMatchesMax)).value_or(100));
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (const auto allowed = may_read(context, request, *product); !allowed.ok())
    return responder.send(failed(allowed.error()));
  if (context.scans_running >= kScansMax)
    return responder.send(
        failed(error(ErrorCode::kUnavailable, "{} scans are reading just now. Try again in a moment.", kScansMax)));

  Services& services = context.services;
  ++context.scans_running;
  auto selector =
      std::make_shared<RecordSelector>(services.loop, services.blocking_pool, services.schemas, std::move(filter));
  step_scan(
      services.loop, services.home, std::move(selector), product->stream().topic, std::move(*cursor), limit,
      [&context, subject = product->stream().subject, responder = std::move(responder)](Result<ScanStep> read) mutable {
        --context.scans_running;
        if (!read.ok()) return responder.send(failed(read.error()));
        auto taken = std::make_shared<ScanStep>(std::move(*read));
        render_records(context.services.schemas, subject, std::exchange(taken->records, {}), kListTextBytesMax,
                       [taken, responder = std::move(responder)](std::vector<std::string> rendered) mutable {
                         responder.send(step_response(*taken, rendered));
                       });
      });
}

}  // namespace

void add_sample_scans(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/samples/plan", context, plan);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/samples/scan", context, step);
}

}  // namespace weft::api
