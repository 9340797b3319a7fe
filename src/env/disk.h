#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/function.h"
#include "base/result.h"

namespace weft::env {

/// Memory, file positions and lengths of a kDirectSynced file are multiples of this.
inline constexpr std::size_t kDirectBytes = 4096;

enum class OpenMode {
  kRead,       ///< Must exist.
  kReadWrite,  ///< Must exist.
  kCreate,     ///< Read and write; made when missing. Durable only once its directory is synced.
};

enum class Caching {
  kBuffered,      ///< Through the page cache: durable after sync().
  kDirectSynced,  ///< Past it (O_DIRECT|O_DSYNC): durable when a write returns. kUnsupported where there is none.
};

/// An open file; closed when destroyed. Thread-safe: every access names its position. All calls block. A failed write
/// or sync leaves the bytes undefined: never retry, never go on (kDiskFull of a write to new space excepted).
class File {
 public:
  virtual ~File() = default;
  virtual const std::string& path() const = 0;
  /// Fills `into` from `offset`; fewer bytes only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// As read_at, but never waits for a device: what is in memory already, maybe nothing.
  virtual Result<std::size_t> read_cached_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// Writes the pieces one after the other from `offset`: all or an error.
  virtual Result<void> write_at(std::uint64_t offset, std::span<const ByteView> pieces) = 0;
  Result<void> write_at(std::uint64_t offset, ByteView bytes) { return write_at(offset, std::span(&bytes, 1)); }
  /// Reserves space without changing the size, so that writes there cannot meet a full disk. kDiskFull.
  virtual Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) = 0;
  /// Also gives back reserved space beyond `size`.
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// Has a range written out, without making it durable: keeps the sync that follows short. Does not wait, so that
  /// several ranges are on their way together.
  virtual Result<void> begin_write_back(std::uint64_t offset, std::uint64_t bytes) = 0;
  /// Waits for what was begun in the range.
  virtual Result<void> end_write_back(std::uint64_t offset, std::uint64_t bytes) = 0;
  /// Bytes and size are durable when it returns (fdatasync); the name is not.
  virtual Result<void> sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
};

/// Held until destroyed, and no longer than the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

/// Of a file system.
struct DiskSpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< What an ordinary user may still write.
};

/// Files and directories. Thread-safe; all calls block. Errors: kNotFound, kDiskFull, else kIo, naming path and cause.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode,
                                             Caching caching = Caching::kBuffered) = 0;
  /// Makes the file if needed; kConflict when another process holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  /// One level; what exists is fine.
  virtual Result<void> make_directory(const std::string& path) = 0;
  /// Sorted by name, without "." and "..".
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  /// Replaces `to` in one step.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// A file or an empty directory.
  virtual Result<void> remove(const std::string& path) = 0;
  /// Makes names created, renamed and removed in `path` durable.
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// Syncs every one of them, as File::sync does; many at a time cost little more than one. Files of this disk, on one
  /// file system.
  virtual Result<void> sync_files(std::span<const std::shared_ptr<File>> files);
  /// Of the file system that holds `path`.
  virtual Result<DiskSpace> space(const std::string& path) = 0;
  /// Does blocking work beside whatever the caller goes on with; what the work uses must last until the future is ready
  /// or gone: its destruction waits. Where there are no threads (simulated) the work happens inside get().
  virtual std::future<Result<void>> beside(Function<Result<void>()> work) {
    return std::async(std::launch::deferred, std::move(work));
  }
};

/// The operating system's. Lives as long as the process needs it.
std::unique_ptr<Disk> make_posix_disk();

/// `path` and its missing parents.
Result<void> make_directories(Disk& disk, const std::string& path);
/// A directory and everything in it; what is missing already is fine.
Result<void> remove_all(Disk& disk, const std::string& path);
/// The whole of a small file; kTooLarge above `bytes_max`.
Result<Buffer> read_file(Disk& disk, const std::string& path, std::uint64_t bytes_max);
/// Replaces a small file so that a crash leaves the old or the new one: write `path`.new, sync, rename, sync directory.
Result<void> replace_file(Disk& disk, const std::string& path, ByteView bytes);
/// "a/b" of "a/b/c"; "." when there is none.
std::string parent_directory(std::string_view path);

}  // namespace weft::env
