#include "server/commands.h"

int main(int argc, char** argv) {
  using namespace weft::server;
  std::map<std::string, std::vector<std::string>> flags;
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = {argv[i + 1]};
  const auto settings = load_settings({}, [](const char*) -> const char* { return nullptr; }, flags);
  return serve(settings.value());
}
