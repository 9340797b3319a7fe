#pragma once

#include "api/context.h"
#include "mesh/conversation.h"

namespace weft::api {

/// The `Conversation` object of the API as `principal` sees it, without its messages.
void write_conversation(mesh::JsonWriter& json, const mesh::Conversation& conversation, const Context& context,
                        const access::Principal& principal);

}  // namespace weft::api
