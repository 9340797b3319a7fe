#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "identity/directory.h"

namespace weft::identity {

/// Reads the whole file; runs on a thread that may block.
using ReadFile = Function<Result<std::string>()>;

/// The directory: its file, followed while it changes, joined with the rosters of other sources. A file that does not
/// parse changes nothing and is reported, and so is a source that cannot be read. Lives on one loop; `current()` pictures are immutable and may go anywhere.
class DirectoryFile {
 public:
  struct Options {
    std::string file_name;  ///< For messages.
    env::Duration poll_interval = std::chrono::seconds(2);
  };

  /// A directory that never changes: no file was named, or a test.
  explicit DirectoryFile(env::EventLoop& loop, Directory directory = {});
  /// Reads with `read` on `blocking` once start() was called, and again every poll interval.
  DirectoryFile(env::EventLoop& loop, env::Executor& blocking, ReadFile read, Options options);
  ~DirectoryFile();
  DirectoryFile(const DirectoryFile&) = delete;
  DirectoryFile& operator=(const DirectoryFile&) = delete;

  /// Reads the file for the first time; a fault ends here, the server should not start with it. On the loop.
  void start(Callback<Result<void>> done);

  /// Other sources will give rosters: names that the file does not describe are theirs. Before start.
  void expect_rosters();
  /// What a source ("ldap", "scim") knows now; replaces what it knew. The source is well again.
  void set_roster(const std::string& source, Roster roster);
  /// Why a source cannot be read; what it knew last stays in use.
  void report(const std::string& source, std::string fault);

  std::shared_ptr<const Directory> current() const { return current_; }
  /// When the current picture was read (wall clock, ms).
  std::optional<std::int64_t> loaded_at_ms() const { return loaded_at_ms_; }
  /// Why the file as it is now is not in use, or a source cannot be read.
  std::optional<std::string> fault() const;

  /// Runs on the loop after a new picture or a new fault.
  void on_change(Function<void()> changed) { changed_.push_back(std::move(changed)); }

 private:
  struct Reader;
  void poll(Callback<Result<void>> done);
  void take(Result<std::string> text, Callback<Result<void>> done);
  void schedule();
  void join();
  void tell();

  env::EventLoop& loop_;
  env::Executor* blocking_ = nullptr;
  Options options_;
  std::shared_ptr<Reader> reader_;  ///< Shared with the task that reads, which may outlive us.
  Directory::Names names_ = Directory::Names::kMustResolve;
  Directory file_;  ///< As last read well.
  std::map<std::string, std::shared_ptr<const Roster>> rosters_;
  std::map<std::string, std::string> source_faults_;
  std::shared_ptr<const Directory> current_;  ///< The file with the rosters.
  std::optional<std::string> text_;  ///< What was read last, good or not.
  std::optional<std::int64_t> loaded_at_ms_;
  std::optional<std::string> fault_;
  std::vector<Function<void()>> changed_;
  std::optional<env::EventLoop::TimerId> timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::identity
