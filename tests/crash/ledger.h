#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "log/log_fixture.h"

namespace weft::log {

/// What the world outside was told, and the check of a recovered log against it. Speaks up with the first violation.
class Ledger {
 public:
  using Violation = std::optional<std::string>;

  static std::uint32_t hash_of(ByteView batch) { return crc32c(batch.subspan(21)); }

  void sent(int set, PartitionId id, Offset base, Offset last, std::uint32_t hash) {
    partitions_[id].batches.push_back({base, last, hash, set, false});
    ++set_sizes_[set];
  }
  void acknowledged(int set) { acknowledged_.insert(set); }
  /// Consumers may have read up to here.
  void visible(PartitionId id, Offset end) {
    Known& known = partitions_[id];
    known.visible = std::max(known.visible, end);
  }
  void created(PartitionId id) { partitions_[id].must_exist = true; }
  void remove_asked(PartitionId id) { partitions_[id].may_be_gone = true; }
  void removed(PartitionId id) { partitions_[id].must_be_gone = true; }
  void raise_asked(PartitionId id, Offset offset) {
    Known& known = partitions_[id];
    known.start_max = std::max(known.start_max, offset);
  }
  void raised(PartitionId id, Offset offset) {
    Known& known = partitions_[id];
    known.start_min = std::max(known.start_min, offset);
  }

  std::size_t acknowledged_count() const { return acknowledged_.size(); }

  /// Compares, and takes what survived as the new truth: it has been seen now.
  Violation check(SimLog& recovered) {
    std::map<int, int> present;
    for (auto& [id, known] : partitions_)
      if (Violation violation = check_partition(recovered, id, known, present)) return violation;
    if (is_stopped(recovered)) return std::nullopt;  // the machine stopped again: the next life is checked
    for (const auto& [set, count] : present)
      if (count != set_sizes_[set] && !excused_.contains(set))
        return fmt::format("atomic set {}: {} of {} slices are there", set, count, set_sizes_[set]);
    for (auto& [id, known] : partitions_)
      std::erase_if(known.batches, [&](const Batch& batch) { return !batch.survived; });
    return std::nullopt;
  }

 private:
  struct Batch {
    Offset base;
    Offset last;
    std::uint32_t hash = 0;
    int set = 0;
    bool survived = false;
  };
  struct Known {
    std::vector<Batch> batches;
    Offset visible;
    Offset start_min;
    Offset start_max;
    bool must_exist = false;
    bool may_be_gone = false;
    bool must_be_gone = false;
  };

  static bool is_stopped(SimLog& weft) { return weft.failure().has_value() || weft.disk().is_down(); }

  Violation check_partition(SimLog& recovered, PartitionId id, Known& known, std::map<int, int>& present) {
    const std::string name = fmt::format("partition {} of topic {}", id.partition, id.topic);
    const auto state = recovered.state_of(id);
    for (Batch& batch : known.batches) batch.survived = false;
    if (!state.ok()) {
      if (is_stopped(recovered)) return std::nullopt;
      if (known.must_exist && !known.may_be_gone) return name + " is gone";
      for (const Batch& batch : known.batches) excused_.insert(batch.set);
      known.may_be_gone = known.must_be_gone = known.must_be_gone || known.may_be_gone;
      return std::nullopt;
    }
    if (known.must_be_gone) return name + " was removed and is back";
    known.may_be_gone = false;
    if (state->visible_end < known.visible)
      return fmt::format("{}: visible fell from {} to {}", name, known.visible, state->visible_end);
    if (state->log_start < known.start_min || state->log_start > std::max(known.start_min, known.start_max))
      return fmt::format("{}: log start {} is outside {} to {}", name, state->log_start, known.start_min,
                         known.start_max);
    known.start_min = state->log_start;

    const auto batches = recovered.read_all(id);
    if (!batches.ok()) {
      if (is_stopped(recovered)) return std::nullopt;
      return fmt::format("{}: {}", name, batches.error().message);
    }
    for (const SharedBytes& bytes : *batches) {
      const record::BatchHeader header = record::load_header(bytes.data());
      const std::uint32_t hash = hash_of(bytes.view());
      bool known_batch = false;
      for (Batch& batch : known.batches)
        if (batch.base == header.base_offset && batch.last == header.last_offset() && batch.hash == hash) {
          known_batch = batch.survived = true;
          ++present[batch.set];
          break;
        }
      if (!known_batch) return fmt::format("{}: nobody sent what is at offset {}", name, header.base_offset);
    }
    for (const Batch& batch : known.batches) {
      if (batch.survived) continue;
      if (batch.last < state->log_start) {
        excused_.insert(batch.set);
      } else if (acknowledged_.contains(batch.set)) {
        return fmt::format("{}: acknowledged batch at offset {} is missing", name, batch.base);
      }
    }
    known.visible = state->visible_end;
    return std::nullopt;
  }

  std::map<PartitionId, Known> partitions_;
  std::map<int, int> set_sizes_;
  std::set<int> acknowledged_;
  std::set<int> excused_;  ///< Sets of which a part was rightly deleted.
};

}  // namespace weft::log
