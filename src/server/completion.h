#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace weft::server {

/// What could stand in place of the last of `words`, the words after "weft" up to the cursor: subcommands, options,
/// words of a closed set, and for arguments that name a thing of a running server those it has; nothing when a file
/// or a free text belongs there.
std::vector<std::string> completions(const CLI::App& app, const std::vector<std::string>& words);

/// The script that a shell reads once: it asks `weft __complete` at every Tab. Nothing for another shell's name.
std::optional<std::string_view> completion_script(std::string_view shell);

}  // namespace weft::server
