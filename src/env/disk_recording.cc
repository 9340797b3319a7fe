#include "env/disk_recording.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "base/varint.h"
#include "env/disk_simulated.h"

namespace weft::env {
namespace {

enum Kind : std::uint8_t {
  kStart = 1,
  kCreateFile,
  kCreateDirectory,
  kBeginWrite,
  kBeginDirectWrite,
  kEndWrite,
  kTruncate,
  kBeginSync,
  kEndSync,
  kBeginSyncDirectory,
  kEndSyncDirectory,
  kRename,
  kRemove,
  kNote,
};

/// Event: length u32 of what follows, kind u8, operation u64, offset u64, then path, second path and bytes, each with a
/// u32 length.
class TraceFile {
 public:
  explicit TraceFile(int descriptor) : descriptor_(descriptor) {}
  ~TraceFile() { ::close(descriptor_); }
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  std::uint64_t next_operation() {
    const std::scoped_lock guard(mutex_);
    return next_operation_++;
  }

  void write(Kind kind, std::uint64_t operation, std::uint64_t offset, std::string_view path, std::string_view to,
             std::span<const ByteView> pieces) {
    std::size_t size = 0;
    for (const ByteView piece : pieces) size += piece.size();
    Buffer out;
    out.reserve(64 + path.size() + to.size() + size);
    append_be(out, static_cast<std::uint32_t>(1 + 8 + 8 + 12 + path.size() + to.size() + size));
    out.push_back(static_cast<std::byte>(kind));
    append_be(out, operation);
    append_be(out, offset);
    append_be(out, static_cast<std::uint32_t>(path.size()));
    append_bytes(out, as_bytes(path));
    append_be(out, static_cast<std::uint32_t>(to.size()));
    append_bytes(out, as_bytes(to));
    append_be(out, static_cast<std::uint32_t>(size));
    for (const ByteView piece : pieces) append_bytes(out, piece);
    const std::scoped_lock guard(mutex_);
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t wrote = ::write(descriptor_, out.data() + done, out.size() - done);
      CHECK(wrote > 0 || errno == EINTR, "the trace cannot be written");
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
  }

 private:
  int descriptor_;
  std::mutex mutex_;
  std::uint64_t next_operation_ = 1;
};

class RecordingFile final : public File {
 public:
  RecordingFile(TraceFile& trace, std::unique_ptr<File> inner, Caching caching)
      : trace_(trace), inner_(std::move(inner)), caching_(caching) {}

  const std::string& path() const override { return inner_->path(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return inner_->read_at(offset, into);
  }
  Result<std::size_t> read_cached_at(std::uint64_t offset, std::span<std::byte> into) override {
    return inner_->read_cached_at(offset, into);
  }
  using File::write_at;
  Result<void> write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    const std::uint64_t operation = trace_.next_operation();
    trace_.write(caching_ == Caching::kDirectSynced ? kBeginDirectWrite : kBeginWrite, operation, offset, path(), "",
                 pieces);
    TRY(inner_->write_at(offset, pieces));
    trace_.write(kEndWrite, operation, 0, path(), "", {});
    return {};
  }
  Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override { return inner_->allocate(offset, bytes); }
  Result<void> truncate(std::uint64_t size) override {
    TRY(inner_->truncate(size));
    trace_.write(kTruncate, 0, size, path(), "", {});
    return {};
  }
  Result<void> begin_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    return inner_->begin_write_back(offset, bytes);
  }
  Result<void> end_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    return inner_->end_write_back(offset, bytes);
  }
  Result<void> sync() override {
    const std::uint64_t operation = trace_.next_operation();
    trace_.write(kBeginSync, operation, 0, path(), "", {});
    TRY(inner_->sync());
    trace_.write(kEndSync, operation, 0, path(), "", {});
    return {};
  }
  Result<std::uint64_t> size() override { return inner_->size(); }

 private:
  TraceFile& trace_;
  std::unique_ptr<File> inner_;
  Caching caching_;
};

class Recording final : public RecordingDisk {
 public:
  Recording(Disk& inner, int descriptor) : inner_(inner), trace_(descriptor) { trace_.write(kStart, 0, 0, "", "", {}); }

  void note(ByteView text) override { trace_.write(kNote, 0, 0, "", "", std::span(&text, 1)); }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, Caching caching) override {
    const bool fresh = mode == OpenMode::kCreate && !inner_.exists(path);
    TRY_ASSIGN(auto file, inner_.open(path, mode, caching));
    if (fresh) trace_.write(kCreateFile, 0, 0, path, "", {});
    return std::unique_ptr<File>(std::make_unique<RecordingFile>(trace_, std::move(file), caching));
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    const bool fresh = !inner_.exists(path);
    TRY_ASSIGN(auto lock, inner_.lock(path));
    if (fresh) trace_.write(kCreateFile, 0, 0, path, "", {});
    return lock;
  }
  Result<void> make_directory(const std::string& path) override {
    const bool fresh = !inner_.exists(path);
    TRY(inner_.make_directory(path));
    if (fresh) trace_.write(kCreateDirectory, 0, 0, path, "", {});
    return {};
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override { return inner_.list(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Result<void> rename(const std::string& from, const std::string& to) override {
    TRY(inner_.rename(from, to));
    trace_.write(kRename, 0, 0, from, to, {});
    return {};
  }
  Result<void> remove(const std::string& path) override {
    TRY(inner_.remove(path));
    trace_.write(kRemove, 0, 0, path, "", {});
    return {};
  }
  Result<void> sync_directory(const std::string& path) override {
    const std::uint64_t operation = trace_.next_operation();
    trace_.write(kBeginSyncDirectory, operation, 0, path, "", {});
    TRY(inner_.sync_directory(path));
    trace_.write(kEndSyncDirectory, operation, 0, path, "", {});
    return {};
  }
  Result<DiskSpace> space(const std::string& path) override { return inner_.space(path); }
  std::future<Result<void>> beside(Function<Result<void>()> work) override { return inner_.beside(std::move(work)); }

 private:
  Disk& inner_;
  TraceFile trace_;
};

Result<std::string> take_text(ByteReader& reader, std::string_view what) {
  TRY_ASSIGN(const auto size, reader.fixed<std::uint32_t>(what));
  TRY_ASSIGN(const ByteView bytes, reader.bytes(size, what));
  return std::string(as_text(bytes));
}

}  // namespace

Result<std::unique_ptr<RecordingDisk>> make_recording_disk(Disk& inner, const std::string& trace_path) {
  const int descriptor = ::open(trace_path.c_str(), O_CLOEXEC | O_WRONLY | O_CREAT | O_APPEND, 0640);
  if (descriptor < 0) return error(ErrorCode::kIo, "open {}: {}", trace_path, std::system_category().message(errno));
  return std::unique_ptr<RecordingDisk>(std::make_unique<Recording>(inner, descriptor));
}

Result<TraceReplay> TraceReplay::open(Disk& disk, const std::string& trace_path, std::string root) {
  TRY_ASSIGN(const Buffer bytes, read_file(disk, trace_path, UINT64_MAX));
  TraceReplay replay;
  replay.root_ = std::move(root);
  ByteReader reader(bytes);
  while (reader.remaining() > 0) {
    Event event;
    event.position = reader.position();
    TRY_ASSIGN(const auto length, reader.fixed<std::uint32_t>("event length"));
    if (length > reader.remaining()) break;  // killed while it was written
    TRY_ASSIGN(event.kind, reader.fixed<std::uint8_t>("kind"));
    TRY_ASSIGN(event.operation, reader.fixed<std::uint64_t>("operation"));
    TRY_ASSIGN(event.offset, reader.fixed<std::uint64_t>("offset"));
    TRY_ASSIGN(event.path, take_text(reader, "path"));
    TRY_ASSIGN(event.to, take_text(reader, "second path"));
    TRY_ASSIGN(const auto size, reader.fixed<std::uint32_t>("size"));
    TRY_ASSIGN(const ByteView payload, reader.bytes(size, "bytes"));
    event.bytes = to_buffer(payload);
    if (event.kind == kNote) replay.notes_.push_back({replay.events_.size(), std::string(as_text(payload))});
    replay.events_.push_back(std::move(event));
  }
  return replay;
}

std::size_t TraceReplay::event_at(std::uint64_t position) const {
  const auto found = std::ranges::lower_bound(events_, position, {}, &Event::position);
  return static_cast<std::size_t>(found - events_.begin());
}

void TraceReplay::advance(SimulatedDisk& onto, std::size_t end) {
  for (; next_ < std::min(end, events_.size()); ++next_) play(onto, events_[next_]);
}

bool TraceReplay::strip(std::string& path) const {
  if (!path.starts_with(root_)) return false;
  path.erase(0, root_.size());
  return true;
}

void TraceReplay::play(SimulatedDisk& onto, const Event& event) {
  std::string path = event.path;
  std::string to = event.to;
  if (!path.empty() && !strip(path)) return;
  if (!to.empty() && !strip(to)) return;
  if (!path.empty() && path.find_first_not_of('/') == std::string::npos && event.kind == kCreateDirectory) return;
  const auto begun = [&](SimulatedDisk::Operation operation) {
    under_way_.emplace_back(event.operation, operation.id);
  };
  const auto ended = [&] {
    const auto found = std::ranges::find(under_way_, event.operation, &std::pair<std::uint64_t, std::uint64_t>::first);
    SimulatedDisk::Operation operation;
    if (found != under_way_.end()) {
      operation.id = found->second;
      under_way_.erase(found);
    }
    return operation;
  };
  switch (event.kind) {
    case kStart:
      under_way_.clear();
      onto.restart_process();
      break;
    case kCreateFile:
      CHECK(onto.open(path, OpenMode::kCreate).ok());
      break;
    case kCreateDirectory:
      CHECK(onto.make_directory(path).ok());
      break;
    case kBeginWrite:
      begun(onto.begin_write(path, event.offset, event.bytes, Caching::kBuffered));
      break;
    case kBeginDirectWrite:
      begun(onto.begin_write(path, event.offset, event.bytes, Caching::kDirectSynced));
      break;
    case kEndWrite:
      onto.end_write(ended());
      break;
    case kTruncate: {
      auto file = onto.open(path, OpenMode::kReadWrite);
      if (file.ok()) CHECK((*file)->truncate(event.offset).ok());
      break;
    }
    case kBeginSync:
      begun(onto.begin_sync(path));
      break;
    case kEndSync:
      onto.end_sync(ended());
      break;
    case kBeginSyncDirectory:
      begun(onto.begin_sync_directory(path));
      break;
    case kEndSyncDirectory:
      onto.end_sync_directory(ended());
      break;
    case kRename:
      CHECK(onto.rename(path, to).ok());
      break;
    case kRemove:
      CHECK(onto.remove(path).ok());
      break;
    default:
      break;
  }
}

}  // namespace weft::env
