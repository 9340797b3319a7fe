#include "env/disk_simulated.h"

#include <algorithm>
#include <set>

namespace weft::env {
namespace {

constexpr std::size_t kPiece = 512;

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (slash > at && path.substr(at, slash - at) != ".") parts.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return parts;
}

void put(Buffer& file, std::uint64_t offset, ByteView bytes) {
  if (bytes.empty()) return;
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
  std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

/// A write or truncation of a file that is not durable yet.
struct SimulatedDisk::Pending {
  std::uint64_t id = 0;
  bool is_truncate = false;
  std::uint64_t offset = 0;  ///< For a truncation: the new size.
  Buffer bytes;
  bool direct = false;
  bool finished = false;  ///< A direct write that has not returned may leave anything in its blocks.
};

/// A change of a directory that is not durable yet; a rename is one step.
struct SimulatedDisk::Change {
  std::string removed;
  std::string added;
  NodePtr node;
};

struct SimulatedDisk::Node {
  bool is_directory = false;
  // directory
  std::map<std::string, NodePtr> children;
  std::map<std::string, NodePtr> durable_children;
  std::vector<Change> changes;
  // file
  Buffer bytes;    ///< What a reader sees.
  Buffer durable;  ///< What a power loss leaves for sure.
  std::vector<Pending> pending;
  std::uint64_t reserved = 0;
  std::uint64_t durable_reserved = 0;
  std::uint64_t write_back_failures = 0;
  bool locked = false;

  static void apply(std::map<std::string, NodePtr>& to, const Change& change) {
    if (!change.removed.empty()) to.erase(change.removed);
    if (!change.added.empty()) to[change.added] = change.node;
  }
  void change(Change what) {
    apply(children, what);
    changes.push_back(std::move(what));
  }
};

struct SimulatedDisk::UnderWay {
  NodePtr node;
  std::uint64_t covers = 0;      ///< A sync: pending writes with lower ids. A write: its own id.
  std::size_t changes = 0;       ///< A directory sync: how many changes it covers.
  std::vector<InDevice> device;  ///< Direct writes that were in the device's cache already.
};

class SimulatedDisk::Held final : public FileLock {
 public:
  Held(SimulatedDisk& disk, NodePtr node, std::uint64_t life) : disk_(disk), node_(std::move(node)), life_(life) {}
  ~Held() override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.life_ == life_) node_->locked = false;
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  SimulatedDisk& disk_;
  NodePtr node_;
  std::uint64_t life_;
};

class SimulatedDisk::Handle final : public File {
 public:
  Handle(SimulatedDisk& disk, NodePtr node, std::string path, Caching caching)
      : disk_(disk),
        node_(std::move(node)),
        path_(std::move(path)),
        caching_(caching),
        life_(disk.life_),
        failures_seen_(node_->write_back_failures) {}

  const std::string& path() const override { return path_; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("read", path_);
    if (caching_ == Caching::kDirectSynced) check_aligned(offset, into.data(), into.size());
    const Buffer& bytes = node_->bytes;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }
  Result<std::size_t> read_cached_at(std::uint64_t offset, std::span<std::byte> into) override {
    {
      const std::scoped_lock guard(disk_.mutex_);
      if (disk_.random_() % 4 == 0) return std::size_t{0};  // not in memory: the caller must be able to wait
    }
    return read_at(offset, into);
  }

  using File::write_at;
  Result<void> write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    const std::scoped_lock guard(disk_.mutex_);
    Buffer bytes;
    for (const ByteView piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
    if (caching_ == Caching::kDirectSynced)
      for (const ByteView piece : pieces) check_aligned(offset, piece.data(), piece.size());
    if (is_void()) return disk_.down("write", path_);
    if (should_fail(disk_.failing_write_)) return weft::error(ErrorCode::kIo, "write {}: simulated I/O error", path_);
    const std::uint64_t end = std::max<std::uint64_t>(offset + bytes.size(), node_->bytes.size());
    const std::uint64_t held = std::max<std::uint64_t>(node_->bytes.size(), node_->reserved);
    if (end > held && disk_.total_reserved() + (end - held) > disk_.capacity_)
      return weft::error(ErrorCode::kDiskFull, "write {}: no space left on device", path_);
    bool inside = false;
    const bool alive = disk_.step(inside);
    if (!alive && !inside) return disk_.down("write", path_);
    const Operation operation = disk_.start_write(node_, offset, std::move(bytes), caching_);
    if (!alive) return disk_.down("write", path_);
    disk_.finish_write(operation);
    return {};
  }

  Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("allocate", path_);
    const std::uint64_t held = std::max<std::uint64_t>(node_->bytes.size(), node_->reserved);
    if (offset + bytes > held && disk_.total_reserved() + (offset + bytes - held) > disk_.capacity_)
      return weft::error(ErrorCode::kDiskFull, "allocate {}: no space left on device", path_);
    node_->reserved = std::max(node_->reserved, offset + bytes);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("truncate", path_);
    bool inside = false;
    if (!disk_.step(inside) && !inside) return disk_.down("truncate", path_);
    node_->bytes.resize(size);
    node_->reserved = 0;
    node_->pending.push_back({disk_.next_operation_++, true, size, {}, false, true});
    if (inside) return disk_.down("truncate", path_);
    return {};
  }

  Result<void> begin_write_back(std::uint64_t, std::uint64_t) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("write back", path_);
    return {};
  }
  Result<void> end_write_back(std::uint64_t offset, std::uint64_t bytes) override {
    return begin_write_back(offset, bytes);
  }

  Result<void> sync() override {
    if (const auto hook = disk_.sync_hook()) hook(path_);
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("sync", path_);
    if (should_fail(disk_.failing_sync_)) {
      drop_pending(*node_);  // as Linux does: the pages count as clean from now on, and are not on the disk
      failures_seen_ = ++node_->write_back_failures;
      return weft::error(ErrorCode::kIo, "sync {}: simulated I/O error", path_);
    }
    if (failures_seen_ != node_->write_back_failures) {
      failures_seen_ = node_->write_back_failures;
      return weft::error(ErrorCode::kIo, "sync {}: simulated I/O error of an earlier write-back", path_);
    }
    bool inside = false;
    if (!disk_.step(inside)) return disk_.down("sync", path_);
    const Operation operation = disk_.start_sync(node_);
    disk_.finish_sync(operation);
    node_->durable_reserved = node_->reserved;
    return {};
  }

  Result<std::uint64_t> size() override {
    const std::scoped_lock guard(disk_.mutex_);
    if (is_void()) return disk_.down("stat", path_);
    return static_cast<std::uint64_t>(node_->bytes.size());
  }

  static void drop_pending(Node& node) { node.pending.clear(); }

 private:
  bool is_void() const { return life_ != disk_.life_ || disk_.operations_ >= disk_.down_at_; }
  bool should_fail(std::string& part) const {
    if (part.empty() || path_.find(part) == std::string::npos) return false;
    part.clear();
    return true;
  }
  static void check_aligned(std::uint64_t offset, const std::byte* memory, std::size_t size) {
    CHECK(offset % kDirectBytes == 0 && size % kDirectBytes == 0 &&
              reinterpret_cast<std::uintptr_t>(memory) % kDirectBytes == 0,
          "the operating system would refuse this direct access");
  }

  SimulatedDisk& disk_;
  NodePtr node_;
  std::string path_;
  Caching caching_;
  std::uint64_t life_;
  std::uint64_t failures_seen_;
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : random_(seed), root_(std::make_shared<Node>()) {
  root_->is_directory = true;
}

SimulatedDisk::~SimulatedDisk() = default;

SimulatedDisk::NodePtr SimulatedDisk::find(const std::string& path) const {
  NodePtr at = root_;
  for (const std::string& part : split(path)) {
    const auto child = at->children.find(part);
    if (child == at->children.end()) return nullptr;
    at = child->second;
  }
  return at;
}

Result<SimulatedDisk::NodePtr> SimulatedDisk::find_directory(const std::string& path) const {
  const NodePtr node = find(path);
  if (node == nullptr || !node->is_directory) return error(ErrorCode::kNotFound, "{}: no such directory", path);
  return node;
}

bool SimulatedDisk::step(bool& inside) {
  if (operations_ >= down_at_) return false;
  if (++operations_ < down_at_) return true;
  inside = true;
  return false;
}

Error SimulatedDisk::down(std::string_view what, const std::string& path) const {
  return error(ErrorCode::kUnavailable, "{} {}: the machine is down", what, path);
}

Result<SimulatedDisk::NodePtr> SimulatedDisk::create(const std::string& path, bool is_directory) {
  TRY_ASSIGN(const NodePtr parent, find_directory(parent_directory(path)));
  bool inside = false;
  if (!step(inside) && !inside) return down("create", path);
  auto node = std::make_shared<Node>();
  node->is_directory = is_directory;
  parent->change({"", split(path).back(), node});
  if (inside) return down("create", path);
  return node;
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, OpenMode mode, Caching caching) {
  const std::scoped_lock guard(mutex_);
  if (operations_ >= down_at_) return down("open", path);
  if (caching == Caching::kDirectSynced && direct_refused_)
    return error(ErrorCode::kUnsupported, "open {}: the file system has no direct writes", path);
  NodePtr node = find(path);
  if (node == nullptr) {
    if (mode != OpenMode::kCreate) return error(ErrorCode::kNotFound, "open {}: no such file", path);
    TRY_ASSIGN(node, create(path, false));
  }
  if (node->is_directory) return error(ErrorCode::kIo, "open {}: is a directory", path);
  return std::unique_ptr<File>(std::make_unique<Handle>(*this, node, path, caching));
}

Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const std::string& path) {
  TRY(open(path, OpenMode::kCreate));
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  if (node->locked) return error(ErrorCode::kConflict, "{} is held by another process", path);
  node->locked = true;
  return std::unique_ptr<FileLock>(std::make_unique<Held>(*this, node, life_));
}

Result<void> SimulatedDisk::make_directory(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  if (operations_ >= down_at_) return down("make directory", path);
  if (find(path) != nullptr) return {};
  TRY(create(path, true));
  return {};
}

Result<std::vector<DirectoryEntry>> SimulatedDisk::list(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  if (operations_ >= down_at_) return down("list", path);
  TRY_ASSIGN(const NodePtr node, find_directory(path));
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, child] : node->children) entries.push_back({name, child->is_directory});
  return entries;
}

bool SimulatedDisk::exists(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  return find(path) != nullptr;
}

Result<void> SimulatedDisk::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock guard(mutex_);
  CHECK(parent_directory(from) == parent_directory(to), "renames across directories are not simulated");
  if (operations_ >= down_at_) return down("rename", from);
  const NodePtr node = find(from);
  if (node == nullptr) return error(ErrorCode::kNotFound, "rename {}: no such file", from);
  bool inside = false;
  if (!step(inside) && !inside) return down("rename", from);
  find(parent_directory(from))->change({split(from).back(), split(to).back(), node});
  if (inside) return down("rename", from);
  return {};
}

Result<void> SimulatedDisk::remove(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  if (operations_ >= down_at_) return down("remove", path);
  const NodePtr node = find(path);
  if (node == nullptr) return error(ErrorCode::kNotFound, "remove {}: no such file", path);
  if (!node->children.empty()) return error(ErrorCode::kIo, "remove {}: directory not empty", path);
  bool inside = false;
  if (!step(inside) && !inside) return down("remove", path);
  find(parent_directory(path))->change({split(path).back(), "", nullptr});
  if (inside) return down("remove", path);
  return {};
}

Result<void> SimulatedDisk::sync_directory(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  if (operations_ >= down_at_) return down("sync", path);
  TRY_ASSIGN(const NodePtr node, find_directory(path));
  bool inside = false;
  if (!step(inside)) return down("sync", path);
  const Operation operation = begin({node, 0, node->changes.size(), {}});
  finish_sync_directory(operation);
  return {};
}

Result<DiskSpace> SimulatedDisk::space(const std::string&) {
  const std::scoped_lock guard(mutex_);
  const std::uint64_t used = total_reserved();
  return DiskSpace{capacity_, used >= capacity_ ? 0 : capacity_ - used};
}

std::uint64_t SimulatedDisk::total_reserved() const {
  std::set<const Node*> seen;
  std::vector<const Node*> todo{root_.get()};
  std::uint64_t sum = 0;
  while (!todo.empty()) {
    const Node* node = todo.back();
    todo.pop_back();
    if (!seen.insert(node).second) continue;
    sum += std::max<std::uint64_t>(node->bytes.size(), node->reserved);
    for (const auto& [name, child] : node->children) todo.push_back(child.get());
  }
  return sum;
}

// --- Operations with a beginning and an end ---

SimulatedDisk::Operation SimulatedDisk::begin(UnderWay under_way) {
  const Operation operation{next_operation_++};
  under_way_.emplace(operation.id, std::move(under_way));
  return operation;
}

SimulatedDisk::Operation SimulatedDisk::start_write(const NodePtr& node, std::uint64_t offset, Buffer bytes,
                                                    Caching caching) {
  const bool direct = caching == Caching::kDirectSynced;
  const Operation operation = begin({node, 0, 0, direct ? device_cache() : std::vector<InDevice>{}});
  under_way_.at(operation.id).covers = operation.id;
  put(node->bytes, offset, bytes);
  node->pending.push_back({operation.id, false, offset, std::move(bytes), direct, !direct});
  return operation;
}

void SimulatedDisk::finish_write(Operation operation) {
  auto under_way = under_way_.extract(operation.id);
  if (under_way.empty()) return;
  Node& node = *under_way.mapped().node;
  const auto own = std::ranges::find(node.pending, operation.id, &Pending::id);
  if (own == node.pending.end() || !own->direct) return;
  make_durable(node, operation.id + 1, true);
  for (const auto& [other, id] : under_way.mapped().device) make_durable(*other, id + 1, true);
}

SimulatedDisk::Operation SimulatedDisk::start_sync(const NodePtr& node) {
  return begin({node, next_operation_, 0, device_cache()});
}

void SimulatedDisk::finish_sync(Operation operation) {
  auto under_way = under_way_.extract(operation.id);
  if (under_way.empty()) return;
  make_durable(*under_way.mapped().node, under_way.mapped().covers, false);
  for (const auto& [other, id] : under_way.mapped().device) make_durable(*other, id + 1, true);
}

void SimulatedDisk::finish_sync_directory(Operation operation) {
  auto under_way = under_way_.extract(operation.id);
  if (under_way.empty()) return;
  Node& node = *under_way.mapped().node;
  const std::size_t count = std::min(under_way.mapped().changes, node.changes.size());
  for (std::size_t i = 0; i < count; ++i) Node::apply(node.durable_children, node.changes[i]);
  node.changes.erase(node.changes.begin(), node.changes.begin() + static_cast<std::ptrdiff_t>(count));
}

/// Direct writes that are not durable: after the writer died they sit in the device, and any flush takes them along.
std::vector<SimulatedDisk::InDevice> SimulatedDisk::device_cache() const {
  std::vector<InDevice> found;
  std::vector<NodePtr> todo{root_};
  while (!todo.empty()) {
    const NodePtr node = todo.back();
    todo.pop_back();
    for (const Pending& pending : node->pending)
      if (pending.direct && pending.finished) found.emplace_back(node, pending.id);
    for (const auto& [name, child] : node->children) todo.push_back(child);
  }
  return found;
}

void SimulatedDisk::make_durable(Node& node, std::uint64_t below, bool direct_only) {
  std::erase_if(node.pending, [&](const Pending& pending) {
    if (pending.id >= below || (direct_only && !pending.direct)) return false;
    if (pending.is_truncate) {
      node.durable.resize(pending.offset);
    } else {
      put(node.durable, pending.offset, pending.bytes);
    }
    return true;
  });
}

SimulatedDisk::Operation SimulatedDisk::begin_write(const std::string& path, std::uint64_t offset, ByteView bytes,
                                                    Caching caching) {
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  return node == nullptr ? Operation{} : start_write(node, offset, to_buffer(bytes), caching);
}

void SimulatedDisk::end_write(Operation operation) {
  const std::scoped_lock guard(mutex_);
  finish_write(operation);
}

SimulatedDisk::Operation SimulatedDisk::begin_sync(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  return node == nullptr ? Operation{} : start_sync(node);
}

void SimulatedDisk::end_sync(Operation operation) {
  const std::scoped_lock guard(mutex_);
  finish_sync(operation);
}

SimulatedDisk::Operation SimulatedDisk::begin_sync_directory(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  return node == nullptr ? Operation{} : begin({node, 0, node->changes.size(), {}});
}

void SimulatedDisk::end_sync_directory(Operation operation) {
  const std::scoped_lock guard(mutex_);
  finish_sync_directory(operation);
}

// --- Faults and aftermath ---

void SimulatedDisk::set_capacity(std::uint64_t bytes) {
  const std::scoped_lock guard(mutex_);
  capacity_ = bytes;
}

void SimulatedDisk::refuse_direct() {
  const std::scoped_lock guard(mutex_);
  direct_refused_ = true;
}

void SimulatedDisk::stop_after(std::uint64_t operations) {
  const std::scoped_lock guard(mutex_);
  down_at_ = operations_ + operations;
}

bool SimulatedDisk::is_down() const {
  const std::scoped_lock guard(mutex_);
  return operations_ >= down_at_;
}

std::uint64_t SimulatedDisk::operation_count() const {
  const std::scoped_lock guard(mutex_);
  return operations_;
}

void SimulatedDisk::fail_next_write(std::string part) {
  const std::scoped_lock guard(mutex_);
  failing_write_ = std::move(part);
}

void SimulatedDisk::fail_next_sync(std::string part) {
  const std::scoped_lock guard(mutex_);
  failing_sync_ = std::move(part);
}

void SimulatedDisk::on_sync(std::function<void(const std::string&)> hook) {
  const std::scoped_lock guard(mutex_);
  sync_hook_ = std::move(hook);
}

std::function<void(const std::string&)> SimulatedDisk::sync_hook() const {
  const std::scoped_lock guard(mutex_);
  return sync_hook_;
}

void SimulatedDisk::fail_write_back(const std::string& path) {
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  CHECK(node != nullptr, "no such file");
  Handle::drop_pending(*node);
  ++node->write_back_failures;
}

void SimulatedDisk::settle_file(Node& node) {
  // One coin per crash and file: from "nothing more arrived" to "all of it did", and everything between.
  const std::uint64_t odds = random_() % 5;  // of 4
  Buffer after = std::move(node.durable);
  for (const Pending& pending : node.pending) {
    if (pending.is_truncate) {
      if (random_() % 4 < odds) after.resize(pending.offset);
      continue;
    }
    for (std::size_t at = 0; at < pending.bytes.size();) {
      const std::uint64_t position = pending.offset + at;
      const std::size_t size = std::min<std::size_t>(kPiece - position % kPiece, pending.bytes.size() - at);
      if (random_() % 4 < odds) put(after, position, ByteView(pending.bytes).subspan(at, size));
      at += size;
    }
    if (pending.direct && !pending.finished && random_() % 2 == 0) {
      // The block under the head when the power went; the first is as likely as all others together.
      const std::uint64_t at = random_() % 2 == 0 ? 0 : random_() % pending.bytes.size();
      const std::uint64_t block = (pending.offset + at) / kDirectBytes * kDirectBytes;
      Buffer garbage(kDirectBytes);
      for (auto& byte : garbage) byte = static_cast<std::byte>(random_());
      put(after, block, garbage);
    }
  }
  node.pending.clear();
  node.durable = after;
  node.bytes = std::move(after);
}

void SimulatedDisk::settle(Node& node) {
  node.locked = false;
  node.write_back_failures = 0;
  node.reserved = node.durable_reserved;
  if (!node.is_directory) return settle_file(node);
  const std::size_t kept = random_() % (node.changes.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) Node::apply(node.durable_children, node.changes[i]);
  node.changes.clear();
  node.children = node.durable_children;
  for (const auto& [name, child] : node.children) settle(*child);
}

void SimulatedDisk::crash() {
  const std::scoped_lock guard(mutex_);
  ++life_;
  down_at_ = UINT64_MAX;
  under_way_.clear();
  settle(*root_);
}

void SimulatedDisk::restart_process() {
  const std::scoped_lock guard(mutex_);
  ++life_;
  down_at_ = UINT64_MAX;
  under_way_.clear();
  std::vector<NodePtr> todo{root_};
  while (!todo.empty()) {
    const NodePtr node = todo.back();
    todo.pop_back();
    node->locked = false;
    // What a dead process was writing has reached the device, all of it: the kernel finishes what it began.
    for (Pending& pending : node->pending) pending.finished = true;
    for (const auto& [name, child] : node->children) todo.push_back(child);
  }
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::clone(std::uint64_t seed) const {
  const std::scoped_lock guard(mutex_);
  auto copy = std::make_unique<SimulatedDisk>(seed);
  std::map<const Node*, NodePtr> copies;
  const auto copy_node = [&](const auto& self, const NodePtr& from) -> NodePtr {
    if (from == nullptr) return nullptr;
    if (const auto known = copies.find(from.get()); known != copies.end()) return known->second;
    auto to = std::make_shared<Node>(*from);
    copies.emplace(from.get(), to);
    for (auto& [name, child] : to->children) child = self(self, child);
    for (auto& [name, child] : to->durable_children) child = self(self, child);
    for (Change& change : to->changes) change.node = self(self, change.node);
    return to;
  };
  copy->root_ = copy_node(copy_node, root_);
  copy->next_operation_ = next_operation_;
  copy->capacity_ = capacity_;
  copy->direct_refused_ = direct_refused_;
  return copy;
}

void SimulatedDisk::flip_bit(const std::string& path, std::uint64_t bit) {
  const std::scoped_lock guard(mutex_);
  const NodePtr node = find(path);
  CHECK(node != nullptr && bit / 8 < node->bytes.size(), "no such bit");
  const auto mask = static_cast<std::byte>(1U << (bit % 8));
  node->bytes[bit / 8] ^= mask;
  if (bit / 8 < node->durable.size()) node->durable[bit / 8] = node->bytes[bit / 8];
}

std::uint64_t SimulatedDisk::used_bytes() const {
  const std::scoped_lock guard(mutex_);
  return total_reserved();
}

}  // namespace weft::env
