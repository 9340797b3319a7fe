#include "schema/protobuf/descriptor_bounds.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>

#include "schema/protobuf/nesting.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// Calls `visit` with every message inside `root`, itself included, outer ones first; not with places in the text.
template <class Message, class Visit>
void for_each_message(Message& root, int depth, const Visit& visit) {
  visit(root);
  if (depth == 0) return;
  const pb::Reflection& reflection = *root.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(root, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->message_type() == pb::SourceCodeInfo::descriptor()) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(root, field) : 1;
    for (int i = 0; i < count; ++i) {
      if constexpr (std::is_const_v<Message>) {
        for_each_message(
            field->is_repeated() ? reflection.GetRepeatedMessage(root, field, i) : reflection.GetMessage(root, field),
            depth - 1, visit);
      } else {
        for_each_message(field->is_repeated() ? *reflection.MutableRepeatedMessage(&root, field, i)
                                              : *reflection.MutableMessage(&root, field),
                         depth - 1, visit);
      }
    }
  }
}

/// Messages inside messages, and what stands in the innermost.
constexpr int kWalkDepth = kNestingMax + 10;

bool too_many_parts(const std::string& name) {
  return static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) >= kNamePartsMax;
}

}  // namespace

Result<void> check_bounds(const pb::FileDescriptorProto& file) {
  std::size_t elements = 0;
  int ranges = 0;
  bool long_name = too_many_parts(file.package());
  for_each_message<const pb::Message>(file, kWalkDepth, [&](const pb::Message& part) {
    ++elements;
    const pb::Descriptor* type = part.GetDescriptor();
    if (type == pb::DescriptorProto::descriptor()) {
      const auto& message = static_cast<const pb::DescriptorProto&>(part);
      ranges = std::max({ranges, message.reserved_range_size(), message.extension_range_size()});
    } else if (type == pb::EnumDescriptorProto::descriptor()) {
      ranges = std::max(ranges, static_cast<const pb::EnumDescriptorProto&>(part).reserved_range_size());
    } else if (type == pb::FieldDescriptorProto::descriptor()) {
      const auto& field = static_cast<const pb::FieldDescriptorProto&>(part);
      long_name = long_name || too_many_parts(field.type_name()) || too_many_parts(field.extendee());
    } else if (type == pb::MethodDescriptorProto::descriptor()) {
      const auto& method = static_cast<const pb::MethodDescriptorProto&>(part);
      long_name = long_name || too_many_parts(method.input_type()) || too_many_parts(method.output_type());
    } else if (type == pb::UninterpretedOption::descriptor()) {
      const auto& option = static_cast<const pb::UninterpretedOption&>(part);
      long_name = long_name || option.name_size() > kOptionDepthMax;
      for (const auto& name : option.name()) long_name = long_name || too_many_parts(name.name_part());
    }
  });
  if (elements > kElementsMax) {
    return error(ErrorCode::kTooLarge, "Protobuf schema has {} elements, more than {}", elements, kElementsMax);
  }
  if (ranges > kRangesMax) {
    return error(ErrorCode::kTooLarge, "Protobuf schema: a message or enum has {} ranges, more than {}", ranges,
                 kRangesMax);
  }
  if (long_name) {
    return error(ErrorCode::kTooLarge, "Protobuf schema: a name has more than {} parts", kNamePartsMax);
  }
  return {};
}

Result<void> OptionCost::add(const pb::FileDescriptorProto& file) {
  std::size_t values = 0;
  for_each_message<const pb::Message>(file, kWalkDepth, [&](const pb::Message& part) {
    if (part.GetDescriptor() == pb::DescriptorProto::descriptor()) {
      const auto& message = static_cast<const pb::DescriptorProto&>(part);
      fields_max_ = std::max(fields_max_, static_cast<std::size_t>(message.field_size()));
    } else if (part.GetDescriptor() == pb::UninterpretedOption::descriptor()) {
      const std::string& text = static_cast<const pb::UninterpretedOption&>(part).aggregate_value();
      values += 1 + static_cast<std::size_t>(
                        std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '<'; }));
    }
  });
  if (values * fields_max_ <= kCostMax) return {};
  return error(ErrorCode::kTooLarge,
               "Protobuf schema has {} option values of messages with up to {} fields: too much to link", values,
               fields_max_);
}

void drop_custom_options(pb::FileDescriptorProto& file) {
  for_each_message<pb::Message>(file, kWalkDepth, [](pb::Message& part) {
    const auto* field = part.GetDescriptor()->FindFieldByName("uninterpreted_option");
    if (field == nullptr) return;
    const pb::Reflection& reflection = *part.GetReflection();
    int kept = 0;
    for (int i = 0; i < reflection.FieldSize(part, field); ++i) {
      const auto& option = static_cast<const pb::UninterpretedOption&>(reflection.GetRepeatedMessage(part, field, i));
      if (option.name_size() > 0 && option.name(0).is_extension()) continue;
      if (kept != i) reflection.SwapElements(&part, field, kept, i);
      ++kept;
    }
    while (reflection.FieldSize(part, field) > kept) reflection.RemoveLast(&part, field);
  });
}

}  // namespace weft::schema::protobuf
