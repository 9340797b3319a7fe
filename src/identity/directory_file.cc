#include "identity/directory_file.h"

#include "base/log.h"

namespace weft::identity {

namespace {
constexpr Logger kLog("identity");
}

struct DirectoryFile::Reader {
  ReadFile read;
};

DirectoryFile::DirectoryFile(env::EventLoop& loop, Directory directory)
    : loop_(loop),
      file_(std::move(directory)),
      current_(std::make_shared<const Directory>(Directory::join(file_, {}))),
      loaded_at_ms_(loop.clock().wall_ms()),
      alive_(std::make_shared<bool>(true)) {}

DirectoryFile::DirectoryFile(env::EventLoop& loop, env::Executor& blocking, ReadFile read, Options options)
    : loop_(loop),
      blocking_(&blocking),
      options_(std::move(options)),
      reader_(std::make_shared<Reader>(Reader{std::move(read)})),
      current_(std::make_shared<const Directory>()),
      alive_(std::make_shared<bool>(true)) {}

DirectoryFile::~DirectoryFile() {
  *alive_ = false;
  if (timer_) loop_.cancel(*timer_);
}

void DirectoryFile::start(Callback<Result<void>> done) {
  if (blocking_ == nullptr) return done({});
  poll(std::move(done));
}

void DirectoryFile::poll(Callback<Result<void>> done) {
  // One read at a time: the next is scheduled when this one is taken.
  blocking_->post([this, loop = &loop_, alive = alive_, reader = reader_, done = std::move(done)]() mutable {
    auto text = reader->read();
    loop->post([this, alive = std::move(alive), text = std::move(text), done = std::move(done)]() mutable {
      if (*alive) take(std::move(text), std::move(done));
    });
  });
}

void DirectoryFile::take(Result<std::string> text, Callback<Result<void>> done) {
  schedule();
  // Contents are compared, not times: a change within the file system's clock tick is seen too.
  if (text.ok() && text_ == *text)
    return done(fault_ ? Result<void>(error(ErrorCode::kInvalidArgument, "{}", *fault_)) : Result<void>());

  auto directory = text.ok() ? Directory::parse(*text, options_.file_name, names_) : Result<Directory>(text.error());
  text_ = text.ok() ? std::optional(std::move(*text)) : std::nullopt;
  if (!directory.ok()) {
    if (fault_ == directory.error().message) return done(std::move(directory).error());
    fault_ = directory.error().message;
    if (loaded_at_ms_) kLog.warn("directory file is not in use; the one before still is", {{"why", *fault_}});
    tell();
    return done(std::move(directory).error());
  }
  file_ = std::move(*directory);
  loaded_at_ms_ = loop_.clock().wall_ms();
  fault_.reset();
  join();
  kLog.info("directory loaded", {{"file", options_.file_name},
                                 {"domains", current_->domains().size()},
                                 {"teams", current_->teams().size()},
                                 {"people", current_->people().size()}});
  tell();
  done({});
}

// ---- Other sources

void DirectoryFile::expect_rosters() { names_ = Directory::Names::kMayBeElsewhere; }

void DirectoryFile::set_roster(const std::string& source, Roster roster) {
  const bool was_well = source_faults_.erase(source) == 0;
  const auto before = rosters_.find(source);
  if (before != rosters_.end() && *before->second == roster) {
    if (!was_well) tell();
    return;
  }
  kLog.info("roster taken", {{"source", source}, {"teams", roster.teams.size()}, {"people", roster.people.size()}});
  rosters_.insert_or_assign(source, std::make_shared<const Roster>(std::move(roster)));
  join();
  tell();
}

void DirectoryFile::report(const std::string& source, std::string fault) {
  std::string& held = source_faults_[source];
  if (held == fault) return;
  held = std::move(fault);
  kLog.warn("a source of people and teams cannot be read; what it said last stays", {{"source", source}, {"why", held}});
  tell();
}

std::optional<std::string> DirectoryFile::fault() const {
  if (fault_ || source_faults_.empty()) return fault_;
  return source_faults_.begin()->first + ": " + source_faults_.begin()->second;
}

void DirectoryFile::join() {
  current_ = std::make_shared<const Directory>(Directory::join(file_, rosters_));
}

void DirectoryFile::tell() {
  for (auto& changed : changed_) changed();
}

void DirectoryFile::schedule() {
  timer_ = loop_.schedule_after(options_.poll_interval, [this] {
    timer_.reset();
    poll([](Result<void>) {});
  });
}

}  // namespace weft::identity
