#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "identity/directory.h"

namespace weft::identity {

class DirectoryFile;

/// Where people and groups stand in an LDAP server (RFC 4511), and how they are read.
struct LdapOptions {
  std::string url;  ///< "ldap://host:389" or "ldaps://host"
  bool start_tls = false;
  std::string ca_file;  ///< PEM; empty: those of the system.
  std::string bind_dn;  ///< Empty: anonymous.
  std::string password;
  std::string user_base;
  std::string user_filter = "(objectClass=inetOrgPerson)";
  std::string user_name_attribute = "uid";
  std::string group_base;
  std::string group_filter = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))";
  std::string group_name_attribute = "cn";
  env::Duration interval = std::chrono::seconds(300);  ///< From the end of one reading to the next.
  env::Duration timeout = std::chrono::seconds(10);    ///< Of connecting and of every answer.
};

/// Reads every person and group once; blocks. Groups become teams, `inetOrgPerson`s people: uid, displayName or cn, mail;
/// a group's description is its display name, `member`, `uniqueMember` and `memberUid` its members, entryUUID its id.
/// Entries without a usable name are left out. kUnavailable names server and step, kTooLarge the bound.
Result<Roster> read_ldap(const LdapOptions& options);

/// Keeps a directory's roster "ldap" as the server has it: read on the blocking pool, once at start and after every
/// interval. A server that cannot be read is reported, its last roster stays. Read-only. Lives on one loop.
class LdapSource {
 public:
  LdapSource(env::EventLoop& loop, env::Executor& blocking, LdapOptions options, DirectoryFile& directory);
  ~LdapSource();
  LdapSource(const LdapSource&) = delete;
  LdapSource& operator=(const LdapSource&) = delete;

  /// Answers after the first attempt, well or not: weft starts without its LDAP server.
  void start(Callback<Result<void>> done);

 private:
  void read(Callback<Result<void>> done);

  env::EventLoop& loop_;
  env::Executor& blocking_;
  const std::shared_ptr<const LdapOptions> options_;
  DirectoryFile& directory_;
  std::optional<env::EventLoop::TimerId> timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace weft::identity
