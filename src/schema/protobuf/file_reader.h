#pragma once

#include "base/result.h"
#include "schema/protobuf/proto_file.h"
#include "schema/protobuf/source_map.h"

namespace google::protobuf {
class DescriptorPool;
class FileDescriptorProto;
}  // namespace google::protobuf

namespace weft::schema::protobuf {

/// The file that `descriptor` describes. With `source`, the text it was parsed from, the result is what stands there;
/// without (it came as a descriptor) it is what Confluent's registry makes of descriptors: map entries stay messages,
/// statements hold one range each. `pool` knows the extensions that stand in options. Errors: kTooLarge and
/// kInvalidArgument for options.
Result<ProtoFile> read_file(const google::protobuf::FileDescriptorProto& descriptor, const SourceMap* source,
                            const google::protobuf::DescriptorPool& pool);

}  // namespace weft::schema::protobuf
