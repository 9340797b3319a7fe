#include "env/disk.h"

namespace weft::env {

std::string parent_directory(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

Result<void> Disk::sync_files(std::span<const std::shared_ptr<File>> files) {
  for (const auto& file : files) TRY(file->sync());
  return {};
}

Result<void> make_directories(Disk& disk, const std::string& path) {
  if (disk.exists(path)) return {};
  const std::string parent = parent_directory(path);
  if (parent != path) TRY(make_directories(disk, parent));
  return disk.make_directory(path);
}

Result<void> remove_all(Disk& disk, const std::string& path) {
  if (!disk.exists(path)) return {};
  TRY_ASSIGN(const auto entries, disk.list(path));
  for (const DirectoryEntry& entry : entries) {
    const std::string inner = path + "/" + entry.name;
    TRY(entry.is_directory ? remove_all(disk, inner) : disk.remove(inner));
  }
  return disk.remove(path);
}

Result<Buffer> read_file(Disk& disk, const std::string& path, std::uint64_t bytes_max) {
  TRY_ASSIGN(const auto file, disk.open(path, OpenMode::kRead));
  TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size > bytes_max) return error(ErrorCode::kTooLarge, "{}: {} bytes, at most {} expected", path, size, bytes_max);
  Buffer bytes(size);
  TRY_ASSIGN(const std::size_t got, file->read_at(0, bytes));
  bytes.resize(got);
  return bytes;
}

Result<void> replace_file(Disk& disk, const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  {
    TRY_ASSIGN(const auto file, disk.open(fresh, OpenMode::kCreate));
    TRY(file->truncate(0));
    TRY(file->write_at(0, bytes));
    TRY(file->sync());
  }
  TRY(disk.rename(fresh, path));
  return disk.sync_directory(parent_directory(path));
}

}  // namespace weft::env
