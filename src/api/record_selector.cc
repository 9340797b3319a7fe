#include "api/record_selector.h"

#include <deque>
#include <utility>

#include "api/sample_reader.h"

namespace weft::api {

/// One fetch on its way through the filter.
struct RecordSelector::Work {
  std::int32_t partition;
  stream::Fetched fetched;
  SelectionBounds bounds;
  Callback<Result<Selection>> done;
  Selection out;
  std::deque<RawRecord> kept;
  std::size_t kept_bytes = 0;
  bool full = false;

  void keep(const stream::RecordView& view) {
    kept.push_back(owned_record(view, partition));
    kept_bytes += kept.back().bytes();
    while (bounds.keep == SelectionBounds::Keep::kNewest && kept.size() > 1 && over()) {
      kept_bytes -= kept.front().bytes();
      kept.pop_front();
    }
    full = bounds.keep == SelectionBounds::Keep::kOldest &&
           (kept.size() >= bounds.records_max || kept_bytes >= bounds.bytes_max);
  }
  bool over() const { return kept.size() > bounds.records_max || kept_bytes > bounds.bytes_max; }

  /// The schema without which the next record cannot be judged; nothing when all are.
  Result<std::optional<schema::SchemaId>> run(RecordMatcher& matcher) {
    std::optional<schema::SchemaId> missing;
    for (const stream::BatchPointer& batch : fetched.batches) {
      if (batch->last_offset() < out.next) continue;
      if (full || missing || batch->first_offset() >= bounds.end) break;
      TRY(batch->visit({.headers = true}, [&](const stream::RecordView& view) {
        if (view.offset < out.next) return true;
        if (view.offset >= bounds.end) return false;
        return take(view, matcher, missing);
      }));
    }
    if (!missing && !full) out.next = std::max(out.next, std::min(fetched.next_offset, bounds.end));
    return missing;
  }

  bool take(const stream::RecordView& view, RecordMatcher& matcher, std::optional<schema::SchemaId>& missing) {
    const std::int64_t timestamp = view.timestamp.get();
    const bool in_time =
        (!bounds.from_ms || timestamp >= *bounds.from_ms) && (!bounds.until_ms || timestamp < *bounds.until_ms);
    const auto verdict = in_time ? matcher.judge(view) : RecordMatcher::Verdict::kDiffers;
    if (verdict == RecordMatcher::Verdict::kSchemaMissing) {
      missing = matcher.missing_schema();
      return false;
    }
    out.next = view.offset + 1;
    out.last_timestamp_ms = timestamp;
    ++out.scanned;
    out.scanned_bytes +=
        static_cast<std::int64_t>((view.key ? view.key->size() : 0) + (view.value ? view.value->size() : 0));
    if (verdict == RecordMatcher::Verdict::kUnreadable) ++out.unreadable;
    if (verdict != RecordMatcher::Verdict::kMatches) return true;
    ++out.matched;
    keep(view);
    return !full;
  }
};

RecordSelector::RecordSelector(env::EventLoop& loop, env::Executor& pool, mesh::Schemas& schemas,
                               std::shared_ptr<const RecordFilter> filter)
    : loop_(loop),
      pool_(pool),
      registry_(schemas),
      filter_(std::move(filter)),
      known_(std::make_shared<const KnownSchemas>()) {}

void RecordSelector::select(std::int32_t partition, stream::Fetched fetched, SelectionBounds bounds,
                            Callback<Result<Selection>> done) {
  auto work = std::make_unique<Work>(Work{partition, std::move(fetched), bounds, std::move(done), {}, {}, 0, false});
  work->out.next = bounds.begin;
  judge(std::move(work));
}

void RecordSelector::judge(std::unique_ptr<Work> work) {
  pool_.post([self = shared_from_this(), work = std::move(work), known = known_]() mutable {
    RecordMatcher matcher(self->filter_, known);
    auto missing = work->run(matcher);
    env::EventLoop& loop = self->loop_;
    loop.post([self = std::move(self), work = std::move(work), missing = std::move(missing)]() mutable {
      if (!missing.ok()) return work->done(std::move(missing).error());
      if (*missing) {
        const schema::SchemaId id = **missing;
        return self->ask(std::move(work), id);
      }
      work->out.records.assign(std::make_move_iterator(work->kept.begin()), std::make_move_iterator(work->kept.end()));
      work->done(std::move(work->out));
    });
  });
}

void RecordSelector::ask(std::unique_ptr<Work> work, schema::SchemaId id) {
  registry_.find_id(id, [self = shared_from_this(), id, work = std::move(work)](auto schema) mutable {
    auto known = std::make_shared<KnownSchemas>(*self->known_);
    known->insert_or_assign(id, std::move(schema));
    self->known_ = std::move(known);
    self->judge(std::move(work));
  });
}

}  // namespace weft::api
