#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "env/disk.h"

namespace weft::env {

/// A disk in memory that knows what is durable. After a power loss a file holds what was synced and a random choice of
/// the 512-byte pieces of the rest; a directory what was synced and the first few of its later changes. A 4 KiB block
/// that a direct write was just changing may hold anything at all. Thread-safe; everything random follows the seed.
class SimulatedDisk final : public Disk {
 public:
  explicit SimulatedDisk(std::uint64_t seed = 1);
  ~SimulatedDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode,
                                     Caching caching = Caching::kBuffered) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<void> make_directory(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;

  // --- Faults ---

  /// Bytes that fit; reserved space counts.
  void set_capacity(std::uint64_t bytes);
  /// The file system has no direct writes.
  void refuse_direct();
  /// The machine stops inside the `operations`-th changing operation from now (1: the next): that one is left half
  /// done, it and all later ones fail with kUnavailable. Go on with crash() (power loss) or restart_process() (kill
  /// -9).
  void stop_after(std::uint64_t operations);
  bool is_down() const;
  /// Changing operations so far.
  std::uint64_t operation_count() const;
  /// The next write or sync of a file whose path contains `part` fails with kIo.
  void fail_next_write(std::string part);
  void fail_next_sync(std::string part);
  /// The kernel failed to write back what was pending in `path`: handles that are open now will hear of it when they
  /// sync; one opened later will not, and the bytes never become durable.
  void fail_write_back(const std::string& path);

  /// Called at the beginning of every sync of a file, by the thread that syncs; may block.
  void on_sync(std::function<void(const std::string& path)> hook);

  // --- Aftermath ---

  /// The power is back: what was not durable is decided by the dice, and every handle and lock is void.
  void crash();
  /// A new process starts: memory and device are as they were, every handle and lock is void.
  void restart_process();
  std::unique_ptr<SimulatedDisk> clone(std::uint64_t seed) const;
  /// Changes one bit, as rot would.
  void flip_bit(const std::string& path, std::uint64_t bit);
  /// Bytes in the files as a reader sees them.
  std::uint64_t used_bytes() const;

  // --- What a recorded trace is replayed with: operations with a beginning and an end ---

  struct Operation {
    std::uint64_t id = 0;
  };
  Operation begin_write(const std::string& path, std::uint64_t offset, ByteView bytes, Caching caching);
  void end_write(Operation operation);
  Operation begin_sync(const std::string& path);
  void end_sync(Operation operation);
  Operation begin_sync_directory(const std::string& path);
  void end_sync_directory(Operation operation);

 private:
  struct Node;
  struct Pending;
  struct Change;
  struct UnderWay;
  class Handle;
  class Held;
  using NodePtr = std::shared_ptr<Node>;

  using InDevice = std::pair<NodePtr, std::uint64_t>;

  std::function<void(const std::string&)> sync_hook() const;
  NodePtr find(const std::string& path) const;
  Result<NodePtr> find_directory(const std::string& path) const;
  /// Counts a changing operation. False: the machine is down, or goes down inside this one (`inside` says which).
  bool step(bool& inside);
  Error down(std::string_view what, const std::string& path) const;
  Result<NodePtr> create(const std::string& path, bool is_directory);
  Operation begin(UnderWay under_way);
  Operation start_write(const NodePtr& node, std::uint64_t offset, Buffer bytes, Caching caching);
  void finish_write(Operation operation);
  Operation start_sync(const NodePtr& node);
  void finish_sync(Operation operation);
  void finish_sync_directory(Operation operation);
  std::vector<InDevice> device_cache() const;
  static void make_durable(Node& node, std::uint64_t below, bool direct_only);
  void settle(Node& node);
  void settle_file(Node& node);
  std::uint64_t total_reserved() const;

  mutable std::mutex mutex_;
  mutable std::mt19937_64 random_;
  NodePtr root_;
  std::map<std::uint64_t, UnderWay> under_way_;
  std::uint64_t next_operation_ = 1;
  std::uint64_t capacity_ = UINT64_MAX;
  std::uint64_t life_ = 1;  ///< Handles of an earlier one are void.
  std::uint64_t operations_ = 0;
  std::uint64_t down_at_ = UINT64_MAX;
  bool direct_refused_ = false;
  std::function<void(const std::string&)> sync_hook_;
  std::string failing_write_;
  std::string failing_sync_;
};

}  // namespace weft::env
