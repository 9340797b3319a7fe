#pragma once

#include <memory>
#include <string>

#include "contract/subject.h"

namespace weft::contract {

/// A RemoteCluster to whatever listens at `bootstrap`; `server` is ended after it.
std::unique_ptr<Subject> make_remote_subject(std::string bootstrap, std::shared_ptr<void> server, Abilities abilities);

}  // namespace weft::contract
