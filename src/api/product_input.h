#pragma once

#include "api/json_body.h"
#include "mesh/product_draft.h"

namespace weft::api {

/// The members that a draft and a finished product share. `need` is optional while somebody types.
mesh::ProductDraft read_draft(BodyObject& body, BodyObject::Need need);

}  // namespace weft::api
