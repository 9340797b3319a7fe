#pragma once

#include "http/http.h"

namespace weft::api {

/// ksqlDB's REST API. Until the SQL engine is here every path answers 501; refusals have ksqlDB's shape either way.
http::Router ksql_router();

}  // namespace weft::api
