#include "server/commands.h"
#include "server/running.h"

namespace weft::server {

int demo(Settings settings, bool) { return serve(settings); }

}  // namespace weft::server
