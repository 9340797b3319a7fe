#include "life.h"

#include "log/journal_format.h"

namespace weft::sim {
namespace {

Error is_dead(const std::string& path) { return error(ErrorCode::kUnavailable, "{}: the process is no more", path); }

}  // namespace

/// Tasks of a dead process are not run.
class Life::Pool final : public env::Executor {
 public:
  explicit Pool(Life& life) : life_(life) {}
  void post(Function<void()> task) override {
    life_.sim_.blocking_pool().post([this, task = std::move(task)]() mutable {
      if (!life_.ended_) task();
    });
  }
  bool is_current() const override { return life_.sim_.blocking_pool().is_current(); }

 private:
  Life& life_;
};

class Life::File final : public env::File {
 public:
  File(Life& life, std::unique_ptr<env::File> on) : life_(life), on_(std::move(on)) {}
  const std::string& path() const override { return on_->path(); }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    TRY(begin());
    if (life_.sim_.draw_chance(life_.weather_.reads_failing)) {
      life_.counts_.add(Event::kReadFailed);
      return error(ErrorCode::kIo, "read {}: simulated I/O error", path());
    }
    return on_->read_at(offset, into);
  }
  Result<std::size_t> read_cached_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (life_.ended_) return is_dead(path());
    return on_->read_cached_at(offset, into);
  }
  using env::File::write_at;
  Result<void> write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    TRY(begin());
    if (path().find("/journal/") != std::string::npos && !pieces.empty()) {
      log::EntryHeader header;
      std::vector<log::TableSlice> slices;
      if (log::decode_entry_head(pieces.front(), nullptr, header, slices) == log::HeadFault::kNone) {
        life_.weather_.last_entry_path = path();
        life_.weather_.last_entry_at = offset;
        life_.weather_.last_entry_has_data = header.kind == log::EntryKind::kData;
      }
    }
    return on_->write_at(offset, pieces);
  }
  Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override {
    TRY(begin());
    return on_->allocate(offset, bytes);
  }
  Result<void> truncate(std::uint64_t size) override {
    TRY(begin());
    return on_->truncate(size);
  }
  Result<void> begin_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    TRY(begin());
    return on_->begin_write_back(offset, bytes);
  }
  Result<void> end_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    TRY(begin());
    return on_->end_write_back(offset, bytes);
  }
  Result<void> sync() override {
    TRY(begin());
    return on_->sync();
  }
  Result<std::uint64_t> size() override {
    if (life_.ended_) return is_dead(path());
    return on_->size();
  }

 private:
  Result<void> begin() {
    if (life_.ended_) return is_dead(path());
    if (life_.weather_.slow_max > env::Duration::zero()) {
      life_.counts_.add(Event::kSlowDisk);
      life_.sim_.spend(env::Duration(
          static_cast<std::int64_t>(life_.sim_.draw() % static_cast<std::uint64_t>(life_.weather_.slow_max.count()))));
    }
    return {};
  }

  Life& life_;
  std::unique_ptr<env::File> on_;
};

class Life::Disk final : public env::Disk {
 public:
  explicit Disk(Life& life) : life_(life) {}

  Result<std::unique_ptr<env::File>> open(const std::string& path, env::OpenMode mode, env::Caching caching) override {
    if (life_.ended_) return is_dead(path);
    const bool is_new = mode == env::OpenMode::kCreate && !life_.on_.exists(path);
    TRY_ASSIGN(auto file, life_.on_.open(path, mode, caching));
    // "00000000000000000042-1.log": what a compaction writes.
    if (is_new && path.ends_with(".log") && path.substr(path.rfind('/')).find('-') != std::string::npos)
      life_.counts_.add(Event::kCompaction);
    return std::unique_ptr<env::File>(std::make_unique<File>(life_, std::move(file)));
  }
  Result<std::unique_ptr<env::FileLock>> lock(const std::string& path) override { return life_.on_.lock(path); }
  Result<void> make_directory(const std::string& path) override {
    if (life_.ended_) return is_dead(path);
    return life_.on_.make_directory(path);
  }
  Result<std::vector<env::DirectoryEntry>> list(const std::string& path) override { return life_.on_.list(path); }
  bool exists(const std::string& path) override { return life_.on_.exists(path); }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (life_.ended_) return is_dead(from);
    return life_.on_.rename(from, to);
  }
  Result<void> remove(const std::string& path) override {
    if (life_.ended_) return is_dead(path);
    return life_.on_.remove(path);
  }
  Result<void> sync_directory(const std::string& path) override {
    if (life_.ended_) return is_dead(path);
    return life_.on_.sync_directory(path);
  }
  Result<env::DiskSpace> space(const std::string& path) override { return life_.on_.space(path); }

 private:
  Life& life_;
};

Life::Life(env::SimEnv& sim, env::SimulatedDisk& disk, DiskWeather& weather, Counts& counts)
    : sim_(sim),
      on_(disk),
      weather_(weather),
      counts_(counts),
      disk_(std::make_unique<Disk>(*this)),
      pool_(std::make_unique<Pool>(*this)) {}

Life::~Life() = default;

env::Disk& Life::disk() { return *disk_; }
env::Executor& Life::blocking_pool() { return *pool_; }

}  // namespace weft::sim
