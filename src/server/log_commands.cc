#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "env/disk.h"
#include "log/inspect.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {

int log_inspect(const std::string& directory, bool batches) {
  const auto disk = env::make_posix_disk();
  const auto done = log::inspect(*disk, directory, batches, [](std::string_view line) { fmt::print("{}\n", line); });
  return done.ok() ? static_cast<int>(kDone) : report({}, done.error());
}

int log_verify(const std::string& directory, bool json) {
  const auto disk = env::make_posix_disk();
  const auto verified = log::verify(*disk, directory);
  ClientOptions output;
  output.json = json;
  if (!verified.ok()) return report(output, verified.error());
  const log::VerifyReport& found = *verified;
  if (json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"whole", found.is_whole()},
                                              {"partitions", found.partition_count},
                                              {"segments", found.segment_count},
                                              {"batches", found.batch_count},
                                              {"segment_bytes", found.segment_bytes},
                                              {"journal_entries", found.entry_count},
                                              {"journal_bytes", found.journal_bytes},
                                              {"index_entries", found.index_entry_count},
                                              {"torn_tail", found.torn_tail},
                                              {"faults", found.faults}}
                           .dump());
  } else {
    fmt::print("{} partitions, {} segments, {} batches ({}), {} journal entries ({}), {} index entries{}\n", found.partition_count,
               found.segment_count, found.batch_count, bytes_text(static_cast<double>(found.segment_bytes)), found.entry_count,
               bytes_text(static_cast<double>(found.journal_bytes)), found.index_entry_count,
               found.torn_tail ? "; the journal ends in an entry that was never acknowledged" : "");
    for (const std::string& fault : found.faults) fmt::print("FAULT {}\n", fault);
    fmt::print("{}\n", found.is_whole() ? "whole" : fmt::format("{} faults", found.faults.size()));
  }
  return found.is_whole() ? kDone : kFailed;
}

}  // namespace weft::server
