#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/commands.h"

// Domains, teams, what one follows, and the inbox. Each prints, and returns the ExitCode.

namespace weft::server {

struct InboxOptions {
  std::int64_t number = 0;
  std::string view = "for_you";  ///< for_you | sent | all
  std::string kind;              ///< question | ask | announcement; empty: all.
  std::string product;           ///< "domain/name"
  std::string domain;
  std::string text;
  std::vector<std::string> fields;
  std::string from, until;  ///< RFC 3339
  std::string how;          ///< accepted | fulfilled | declined | withdrawn
  std::int64_t accepted = 0;
};

int product_hand_over(const ClientOptions& client, const std::string& product, const std::string& team);
int domain_list(const ClientOptions& client);
int domain_show(const ClientOptions& client, const std::string& name);
int team_list(const ClientOptions& client);
int team_show(const ClientOptions& client, const std::string& name);
int follow_set(const ClientOptions& client, const std::string& product, bool follow);
int follow_list(const ClientOptions& client);
/// What others changed on followed products; `mark_seen`: not to be told again.
int follow_news(const ClientOptions& client, bool mark_seen);
int inbox_list(const ClientOptions& client, const InboxOptions& options);
int inbox_show(const ClientOptions& client, const InboxOptions& options);
/// The owner of `product`, or without one for data that nobody offers.
int inbox_ask(const ClientOptions& client, const InboxOptions& options);
int inbox_announce(const ClientOptions& client, const InboxOptions& options);
int inbox_answer(const ClientOptions& client, const InboxOptions& options);
int inbox_close(const ClientOptions& client, const InboxOptions& options);

}  // namespace weft::server
