#include <cstdio>

#include "server/settings.h"

int main() {
  std::fputs(weft::server::settings_page().c_str(), stdout);
  return 0;
}
