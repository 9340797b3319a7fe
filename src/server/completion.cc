#include "server/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "base/percent_encoding.h"
#include "server/api_client.h"
#include "server/commands.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr int kOffered = 50;

/// Where the words have led: the command, and what the next word is for.
struct Place {
  const CLI::App* command;
  const CLI::Option* option = nullptr;  ///< Whose value comes next.
  std::size_t positional = 0;           ///< How many arguments are there already.
};

bool takes_value(const CLI::Option& option) { return option.get_expected_min() > 0 && option.get_type_size() != 0; }

const CLI::App* find_command(const CLI::App& parent, const std::string& name) {
  for (const CLI::App* each : parent.get_subcommands({}))
    if (each->check_name(name)) return each;
  return nullptr;
}

const CLI::Option* find_option(const CLI::App& command, const std::string& word) {
  for (const CLI::Option* each : command.get_options())
    if (!each->get_positional() && each->check_name(word)) return each;
  return nullptr;
}

Place place_of(const CLI::App& app, const std::vector<std::string>& words) {
  Place place{&app};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (place.option != nullptr) {
      place.option = nullptr;
    } else if (word.starts_with('-')) {
      const CLI::Option* const option = find_option(*place.command, word);
      if (option != nullptr && takes_value(*option)) place.option = option;
    } else if (const CLI::App* const next = find_command(*place.command, word)) {
      place.command = next;
    } else {
      ++place.positional;
    }
  }
  return place;
}

const CLI::Option* argument(const CLI::App& command, std::size_t index) {
  for (const CLI::Option* each : command.get_options())
    if (each->get_positional() && index-- == 0) return each;
  return nullptr;
}

/// The words of CLI::IsMember, which keeps them in its description only: "{odcs,asyncapi}".
std::vector<std::string> words_of_set(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.find('}');
  std::vector<std::string> words;
  if (open == std::string::npos || close == std::string::npos) return words;
  for (const std::string& each : CLI::detail::split(type.substr(open + 1, close - open - 1), ',')) words.push_back(each);
  return words;
}

// ---- What a running server knows

/// Where names of such things are listed, and which member of each is the name.
struct Listing {
  std::string_view argument, path, list, member;
};
constexpr Listing kListings[] = {
    {"product", "/api/v1/products?limit=50&q={}", "hits", "product.id"},
    {"topic", "/api/v1/topics", "topics", "name"},
    {"domain", "/api/v1/domains", "domains", "name"},
    {"team", "/api/v1/teams", "teams", "name"},
    {"as", "/api/v1/people", "people", "name"},
    {"owner", "/api/v1/teams", "teams", "name"},
};

std::vector<std::string> names_on_server(std::string_view what, const std::string& begun) {
  const auto* const listing = std::ranges::find(kListings, what, &Listing::argument);
  if (listing == std::end(kListings)) return {};
  ClientOptions client;
  if (const char* server = std::getenv("WEFT_SERVER")) client.server = server;
  const auto api = ApiClient::open(client);
  if (!api.ok()) return {};
  std::string query = begun;
  std::ranges::replace(query, '/', ' ');  // A domain and the beginning of a name: two words of a search.
  const auto answer = api->get(fmt::format(fmt::runtime(listing->path), percent_encode(query)));
  if (!answer.ok() || !answer->contains(listing->list)) return {};
  std::vector<std::string> names;
  for (const json& each : (*answer)[std::string(listing->list)]) {
    const json* found = &each;
    for (const std::string& member : CLI::detail::split(std::string(listing->member), '.')) found = &found->at(member);
    names.push_back(found->get<std::string>());
  }
  return names;
}

std::string kind_of(const Place& place, const CLI::Option& option) {
  const std::string name = option.get_positional() ? option.get_name(true) : option.get_lnames().front();
  // `weft topic delete NAME`: the noun is the command above.
  const CLI::App* const parent = place.command->get_parent();
  return name == "name" && parent != nullptr ? parent->get_name() : name;
}

std::vector<std::string> values_of(const Place& place, const CLI::Option& option, const std::string& begun) {
  auto words = words_of_set(option);
  return words.empty() ? names_on_server(kind_of(place, option), begun) : words;
}

}  // namespace

std::vector<std::string> completions(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  const std::string& begun = words.back();
  const Place place = place_of(app, words);
  std::vector<std::string> offered;
  if (place.option != nullptr) {
    offered = values_of(place, *place.option, begun);
  } else if (begun.starts_with('-')) {
    for (const CLI::Option* each : place.command->get_options())
      for (const std::string& name : each->get_lnames()) offered.push_back("--" + name);
  } else {
    for (const CLI::App* each : place.command->get_subcommands({}))
      if (!each->get_group().empty()) offered.push_back(each->get_name());
    if (const CLI::Option* next = argument(*place.command, place.positional)) {
      auto values = values_of(place, *next, begun);
      offered.insert(offered.end(), values.begin(), values.end());
    }
  }
  std::erase_if(offered, [&](const std::string& each) { return !each.starts_with(begun); });
  std::ranges::sort(offered);
  offered.erase(std::unique(offered.begin(), offered.end()), offered.end());
  if (offered.size() > kOffered) offered.resize(kOffered);
  return offered;
}

std::optional<std::string_view> completion_script(std::string_view shell) {
  if (shell == "bash")
    return R"(_weft() {
  local IFS=$'\n' cur prev words cword
  _get_comp_words_by_ref -n =: cur prev words cword 2>/dev/null || { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; }
  COMPREPLY=($(weft __complete -- "${words[@]:1:cword}" 2>/dev/null))
  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
}
complete -o default -F _weft weft
)";
  if (shell == "zsh")
    return R"(#compdef weft
_weft() {
  local -a found
  found=("${(@f)$(weft __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n ${found[1]} ]] && compadd -a found || _files
}
compdef _weft weft
)";
  if (shell == "fish")
    return R"(complete -c weft -a '(weft __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)";
  return std::nullopt;
}

}  // namespace weft::server
