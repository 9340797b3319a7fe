#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace weft::http {

/// Where an address may lead that somebody else has written (server-side request forgery): judged by what its name
/// resolves to, at the moment of connecting.
enum class Reach {
  kNone,      ///< Nowhere.
  kPublic,    ///< Not this machine, no private, shared or link-local network.
  kNetwork,   ///< Not this machine, and not link-local, where clouds keep their metadata.
  kAnywhere,
};

/// Whether an IP address in text form is within reach.
bool is_within(Reach reach, const std::string& ip);

struct ProbeRequest {
  std::string target;         ///< An http or https URL, or "host:port" when `connect_only`.
  bool connect_only = false;  ///< A TCP connection is enough.
  Reach reach = Reach::kNetwork;
  std::chrono::milliseconds timeout{5'000};
};

/// GET that must be answered with 2xx, or a connection that must be accepted. Follows no redirect, uses no proxy, sends
/// nothing of ours, reads at most 64 KiB. Blocks. Errors: kForbidden out of reach, kTimeout, kUnavailable otherwise; the
/// message says what was answered in a few words.
Result<void> probe(const ProbeRequest& request);

}  // namespace weft::http
