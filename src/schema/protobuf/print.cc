#include "schema/protobuf/print.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "base/base64.h"
#include "schema/protobuf/option_text.h"

namespace weft::schema::protobuf {
namespace {

/// Collects lines; each begins with two spaces for every open block, blank lines too, as Confluent's registry prints
/// them.
class Lines {
 public:
  Lines& operator<<(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Lines& operator<<(std::int64_t number) { return *this << std::to_string(number); }

  void open() { ++level_; }
  void close() { --level_; }
  std::string take() { return std::move(text_); }

 private:
  void put(char c) {
    if (text_.empty() || text_.back() == '\n') text_.append(2 * static_cast<std::size_t>(level_), ' ');
    text_ += c;
  }

  std::string text_;
  int level_ = 0;
};

class Printer {
 public:
  std::string print(const ProtoFile& file) {
    if (!file.syntax.empty()) out_ << "syntax = \"" << file.syntax << "\";\n";
    if (!file.package.empty()) out_ << "package " << file.package << ";\n";
    if (!file.imports.empty() || !file.public_imports.empty() || !file.weak_imports.empty()) out_ << "\n";
    for (const auto& name : file.imports) out_ << "import " << quoted(name) << ";\n";
    for (const auto& name : file.public_imports) out_ << "import public " << quoted(name) << ";\n";
    for (const auto& name : file.weak_imports) out_ << "import weak " << quoted(name) << ";\n";
    section(!file.options.empty());
    option_statements(file.options);
    section(!file.messages.empty() || !file.enums.empty());
    types(file.messages, file.enums);
    section(!file.extends.empty());
    for (const Extend& extend : file.extends) block(extend);
    section(!file.services.empty());
    for (const Service& service : file.services) block(service);
    return out_.take();
  }

 private:
  /// Sections begin on a line of their own; the first of a block thereby ends the block's first line.
  void section(bool there) {
    if (there) out_ << "\n";
  }

  void types(const std::vector<Message>& messages, const std::vector<Enum>& enums) {
    for (const Message& message : messages) {
      out_ << "message " << message.name << " {";
      body(message);
      out_ << "}\n";
    }
    for (const Enum& enumeration : enums) block(enumeration);
  }

  void body(const Message& message) {
    section(!message.reserved.empty());
    indented([&] { reserved(message.reserved, kFieldNumberMax); });
    section(!message.options.empty());
    indented([&] { option_statements(message.options); });
    fields(message.fields);
    section(!message.oneofs.empty());
    indented([&] {
      for (const Oneof& oneof : message.oneofs) block(oneof);
    });
    groups(message.fields);
    section(!message.extensions.empty());
    indented([&] {
      for (const Extensions& extensions : message.extensions) statement(extensions);
    });
    section(!message.extends.empty());
    indented([&] {
      for (const Extend& extend : message.extends) block(extend);
    });
    section(!message.messages.empty() || !message.enums.empty());
    indented([&] { types(message.messages, message.enums); });
  }

  template <class Print>
  void indented(Print print) {
    out_.open();
    print();
    out_.close();
  }

  /// Fields that are no groups; these have a section of their own.
  void fields(const std::vector<Field>& fields) {
    bool first = true;
    for (const Field& field : fields) {
      if (field.is_group()) continue;
      section(first);
      first = false;
      indented([&] { statement(field); });
    }
  }
  void groups(const std::vector<Field>& fields) {
    bool first = true;
    for (const Field& field : fields) {
      if (!field.is_group()) continue;
      section(first);
      first = false;
      indented([&] {
        out_ << label_text(field.label) << "group " << field.type << " = " << field.number << " ";
        field_options(field);
        out_ << "{";
        body(field.group.front());
        out_ << "}\n";
      });
    }
  }

  static std::string_view label_text(Label label) {
    switch (label) {
      case Label::kOptional:
        return "optional ";
      case Label::kRequired:
        return "required ";
      case Label::kRepeated:
        return "repeated ";
      case Label::kNone:
        break;
    }
    return "";
  }

  void statement(const Field& field) {
    out_ << label_text(field.label);
    if (field.is_map()) {
      out_ << "map<" << field.map_key_type << ", " << field.type << ">";
    } else {
      out_ << field.type;
    }
    out_ << " " << field.name << " = " << field.number;
    if (!field.options.empty() || field.default_value || field.json_name) out_ << " ";
    field_options(field);
    out_ << ";\n";
  }

  void field_options(const Field& field) {
    std::vector<Option> options = field.options;
    if (field.default_value) options.push_back({{{"default", false}}, *field.default_value});
    if (field.json_name) {
      OptionValue name;
      name.kind = OptionValue::Kind::kString;
      name.text = *field.json_name;
      options.push_back({{{"json_name", false}}, std::move(name)});
    }
    option_list(options);
  }

  void block(const Oneof& oneof) {
    out_ << "oneof " << oneof.name << " {";
    section(!oneof.options.empty());
    indented([&] { option_statements(oneof.options); });
    fields(oneof.fields);
    groups(oneof.fields);
    out_ << "}\n";
  }

  void block(const Extend& extend) {
    out_ << "extend " << extend.extendee << " {";
    fields(extend.fields);
    groups(extend.fields);
    out_ << "}\n";
  }

  void block(const Enum& enumeration) {
    out_ << "enum " << enumeration.name << " {";
    section(!enumeration.reserved.empty() || !enumeration.options.empty() || !enumeration.constants.empty());
    indented([&] {
      reserved(enumeration.reserved, std::numeric_limits<std::int32_t>::max());
      option_statements(enumeration.options);
      for (const EnumConstant& constant : enumeration.constants) {
        out_ << constant.name << " = " << constant.number;
        if (!constant.options.empty()) out_ << " ";
        option_list(constant.options);
        out_ << ";\n";
      }
    });
    out_ << "}\n";
  }

  void block(const Service& service) {
    out_ << "service " << service.name << " {";
    section(!service.options.empty());
    indented([&] { option_statements(service.options); });
    section(!service.methods.empty());
    indented([&] {
      for (const Method& method : service.methods) statement(method);
    });
    out_ << "}\n";
  }

  void statement(const Method& method) {
    out_ << "rpc " << method.name << " (" << (method.request_stream ? "stream " : "") << method.request_type
         << ") returns (" << (method.response_stream ? "stream " : "") << method.response_type << ")";
    if (!method.options.empty()) {
      out_ << " {\n";
      indented([&] { option_statements(method.options); });
      out_ << "}";
    }
    out_ << ";\n";
  }

  void statement(const Extensions& extensions) {
    out_ << "extensions ";
    ranges(extensions.ranges, kFieldNumberMax);
    if (!extensions.options.empty()) out_ << " ";
    option_list(extensions.options);
    out_ << ";\n";
  }

  void reserved(const std::vector<Reserved>& statements, std::int32_t max) {
    for (const Reserved& statement : statements) {
      out_ << "reserved ";
      ranges(statement.ranges, max);
      for (std::size_t i = 0; i < statement.names.size(); ++i) {
        out_ << (i > 0 || !statement.ranges.empty() ? ", " : "") << quoted(statement.names[i]);
      }
      out_ << ";\n";
    }
  }

  void ranges(const std::vector<NumberRange>& ranges, std::int32_t max) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (i > 0) out_ << ", ";
      out_ << ranges[i].first;
      if (!ranges[i].to) continue;
      out_ << " to ";
      if (ranges[i].last == max) {
        out_ << "max";
      } else {
        out_ << ranges[i].last;
      }
    }
  }

  // --- Options

  void option_statements(const std::vector<Option>& options) {
    for (const Option& option : options) {
      out_ << "option ";
      assignment(option);
      out_ << ";\n";
    }
  }

  /// `[a = 1]`, or several on a line each.
  void option_list(const std::vector<Option>& options) {
    if (options.empty()) return;
    if (options.size() == 1) {
      out_ << "[";
      assignment(options.front());
      out_ << "]";
      return;
    }
    out_ << "[\n";
    indented([&] {
      for (std::size_t i = 0; i < options.size(); ++i) {
        assignment(options[i]);
        out_ << (i + 1 < options.size() ? ",\n" : "\n");
      }
    });
    out_ << "]";
  }

  void assignment(const Option& option) {
    for (std::size_t i = 0; i < option.name.size(); ++i) {
      const Option::Part& part = option.name[i];
      out_ << (i > 0 ? "." : "") << (part.extension ? "(" : "") << part.name << (part.extension ? ")" : "");
    }
    out_ << " = ";
    value(option.value);
  }

  void value(const OptionValue& value) {
    switch (value.kind) {
      case OptionValue::Kind::kString:
        out_ << quoted(value.text);
        return;
      case OptionValue::Kind::kNumber:
      case OptionValue::Kind::kWord:
        out_ << value.text;
        return;
      case OptionValue::Kind::kMap:
        out_ << "{\n";
        indented([&] {
          for (std::size_t i = 0; i < value.members.size(); ++i) {
            out_ << value.members[i].name << ": ";
            this->value(value.members[i].value);
            out_ << (i + 1 < value.members.size() ? ",\n" : "\n");
          }
        });
        out_ << "}";
        return;
      case OptionValue::Kind::kList:
        out_ << "[\n";
        indented([&] {
          for (std::size_t i = 0; i < value.elements.size(); ++i) {
            this->value(value.elements[i]);
            out_ << (i + 1 < value.elements.size() ? ",\n" : "\n");
          }
        });
        out_ << "]";
        return;
    }
  }

  Lines out_;
};

void drop_foreign(std::vector<Option>& options) {
  std::erase_if(options, [](const Option& option) {
    return option.custom() && !option.name.front().name.starts_with("confluent.");
  });
}
void drop_extensions(std::vector<Field>& fields);
void drop_extensions(Message& message) {
  drop_foreign(message.options);
  drop_extensions(message.fields);
  for (Oneof& oneof : message.oneofs) {
    drop_foreign(oneof.options);
    drop_extensions(oneof.fields);
  }
  message.extensions.clear();
  message.extends.clear();
  for (Message& nested : message.messages) drop_extensions(nested);
  for (Enum& enumeration : message.enums) {
    drop_foreign(enumeration.options);
    for (EnumConstant& constant : enumeration.constants) drop_foreign(constant.options);
  }
}
void drop_extensions(std::vector<Field>& fields) {
  for (Field& field : fields) {
    drop_foreign(field.options);
    for (Message& group : field.group) drop_extensions(group);
  }
}

}  // namespace

std::string print_file(const ProtoFile& file) { return Printer().print(file); }

std::string canonical_text(const Schema& schema) { return print_file(schema.file()); }

std::string text_without_extensions(const Schema& schema) {
  ProtoFile file = schema.file();
  drop_foreign(file.options);
  for (Message& message : file.messages) drop_extensions(message);
  for (Enum& enumeration : file.enums) {
    drop_foreign(enumeration.options);
    for (EnumConstant& constant : enumeration.constants) drop_foreign(constant.options);
  }
  file.extends.clear();
  for (Service& service : file.services) {
    drop_foreign(service.options);
    for (Method& method : service.methods) drop_foreign(method.options);
  }
  return print_file(file);
}

Result<std::string> serialized_text(const Schema& schema) {
  TRY_ASSIGN(const google::protobuf::FileDescriptor* file, schema.descriptor());
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  const std::string bytes = proto.SerializeAsString();
  return base64(as_bytes(bytes));
}

}  // namespace weft::schema::protobuf
