#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "env/disk.h"

namespace weft::env {
namespace {

Error system_error(std::string_view what, const std::string& path, int code) {
  const std::string why = std::system_category().message(code);
  ErrorCode kind = ErrorCode::kIo;
  if (code == ENOSPC || code == EDQUOT) kind = ErrorCode::kDiskFull;
  if (code == ENOENT) kind = ErrorCode::kNotFound;
  return error(kind, "{} {}: {}", what, path, why);
}

/// Retries what a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// From so many on one flush of the whole file system beats one per file, whoever else writes to it.
constexpr std::size_t kFilesSyncedTogetherMin = 32;

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  const std::string& path() const override { return path_; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = uninterrupted([&] {
        return ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      });
      if (got < 0) return system_error("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<std::size_t> read_cached_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      iovec piece{into.data() + done, into.size() - done};
      const ssize_t got = uninterrupted(
          [&] { return ::preadv2(descriptor_, &piece, 1, static_cast<off_t>(offset + done), RWF_NOWAIT); });
      if (got < 0 && (errno == EAGAIN || errno == EOPNOTSUPP)) break;
      if (got < 0) return system_error("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  using File::write_at;
  Result<void> write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    constexpr std::size_t kPieces = 64;
    std::array<iovec, kPieces> batch;
    std::size_t next = 0;
    std::size_t skip = 0;  // bytes of pieces[next] that are written already
    while (next < pieces.size()) {
      const std::size_t count = std::min(kPieces, pieces.size() - next);
      for (std::size_t i = 0; i < count; ++i) {
        const ByteView piece = pieces[next + i].subspan(i == 0 ? skip : 0);
        batch[i] = {const_cast<std::byte*>(piece.data()), piece.size()};
      }
      const ssize_t wrote = uninterrupted(
          [&] { return ::pwritev(descriptor_, batch.data(), static_cast<int>(count), static_cast<off_t>(offset)); });
      if (wrote < 0) return system_error("write", path_, errno);
      offset += static_cast<std::uint64_t>(wrote);
      std::size_t left = static_cast<std::size_t>(wrote) + skip;
      while (next < pieces.size() && left >= pieces[next].size()) left -= pieces[next++].size();
      skip = left;
      if (wrote == 0 && next < pieces.size()) return system_error("write", path_, EIO);
    }
    return {};
  }

  Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override {
    const int result = uninterrupted([&] {
      return ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes));
    });
    if (result == 0 || errno == EOPNOTSUPP) return {};  // a file system without it: writes may meet a full disk
    return system_error("allocate", path_, errno);
  }

  Result<void> truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) == 0) return {};
    return system_error("truncate", path_, errno);
  }

  Result<void> begin_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    return sync_range(offset, bytes, SYNC_FILE_RANGE_WRITE);
  }
  Result<void> end_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    return sync_range(offset, bytes, SYNC_FILE_RANGE_WAIT_BEFORE);
  }

  Result<void> sync() override {
    if (uninterrupted([&] { return ::fdatasync(descriptor_); }) == 0) return {};
    return system_error("sync", path_, errno);
  }

  /// Makes everything on its file system durable (syncfs).
  Result<void> sync_file_system() {
    if (uninterrupted([&] { return ::syncfs(descriptor_); }) == 0) return {};
    return system_error("sync the file system of", path_, errno);
  }

  /// Whether a write-back of what was written here has failed; each handle is told once.
  Result<void> check_written_back() {
    if (uninterrupted([&] { return ::sync_file_range(descriptor_, 0, 1, SYNC_FILE_RANGE_WAIT_BEFORE); }) == 0)
      return {};
    if (errno == ENOSYS || errno == EINVAL || errno == ESPIPE) return sync();  // there is no other way to ask
    return system_error("write back", path_, errno);
  }

  Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return system_error("stat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Result<void> sync_range(std::uint64_t offset, std::uint64_t bytes, unsigned flags) {
    const int result = uninterrupted(
        [&] { return ::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), flags); });
    if (result == 0 || errno == ENOSYS || errno == EINVAL || errno == ESPIPE) return {};
    return system_error("write back", path_, errno);
  }

  const int descriptor_;
  const std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int descriptor) : descriptor_(descriptor) {}
  ~PosixLock() override { ::close(descriptor_); }
  PosixLock(const PosixLock&) = delete;
  PosixLock& operator=(const PosixLock&) = delete;

 private:
  const int descriptor_;
};

class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, Caching caching) override {
    int flags = O_CLOEXEC | (mode == OpenMode::kRead ? O_RDONLY : O_RDWR);
    if (mode == OpenMode::kCreate) flags |= O_CREAT;
    if (caching == Caching::kDirectSynced) flags |= O_DIRECT | O_DSYNC;
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags, 0640); });
    if (descriptor < 0 && errno == EINVAL && caching == Caching::kDirectSynced)
      return error(ErrorCode::kUnsupported, "open {}: the file system has no direct writes", path);
    if (descriptor < 0) return system_error("open", path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_CLOEXEC | O_RDWR | O_CREAT, 0640); });
    if (descriptor < 0) return system_error("open", path, errno);
    auto lock = std::make_unique<PosixLock>(descriptor);
    if (uninterrupted([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); }) == 0)
      return std::unique_ptr<FileLock>(std::move(lock));
    if (errno == EWOULDBLOCK) return error(ErrorCode::kConflict, "{} is held by another process", path);
    return system_error("lock", path, errno);
  }

  Result<void> sync_files(std::span<const std::shared_ptr<File>> files) override {
    if (files.size() < kFilesSyncedTogetherMin) return Disk::sync_files(files);
    TRY(static_cast<PosixFile&>(*files.front()).sync_file_system());
    for (const auto& file : files) TRY(static_cast<PosixFile&>(*file).check_written_back());
    return {};
  }

  Result<void> make_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0750) == 0 || errno == EEXIST) return {};
    return system_error("make directory", path, errno);
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    if (directory == nullptr) return system_error("list", path, errno);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      bool is_directory = entry->d_type == DT_DIR;
      if (entry->d_type == DT_UNKNOWN) {
        struct stat status{};
        is_directory = ::stat((path + "/" + entry->d_name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
      }
      entries.push_back({std::string(name), is_directory});
      errno = 0;
    }
    if (errno != 0) return system_error("list", path, errno);
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    return system_error("rename", from, errno);
  }

  Result<void> remove(const std::string& path) override {
    if (std::remove(path.c_str()) == 0) return {};
    return system_error("remove", path, errno);
  }

  Result<void> sync_directory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_CLOEXEC | O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return system_error("open", path, errno);
    const int result = uninterrupted([&] { return ::fsync(descriptor); });
    const int code = errno;
    ::close(descriptor);
    if (result == 0) return {};
    return system_error("sync", path, code);
  }

  std::future<Result<void>> beside(Function<Result<void>()> work) override {
    const auto held = std::make_shared<Function<Result<void>()>>(std::move(work));
    try {
      return std::async(std::launch::async, [held] { return (*held)(); });
    } catch (const std::system_error&) {  // no thread to be had
      return std::async(std::launch::deferred, [held] { return (*held)(); });
    }
  }
  Result<DiskSpace> space(const std::string& path) override {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    return DiskSpace{static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
                     static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
  }
};

}  // namespace

std::unique_ptr<Disk> make_posix_disk() { return std::make_unique<PosixDisk>(); }

}  // namespace weft::env
