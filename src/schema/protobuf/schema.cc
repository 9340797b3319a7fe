#include "schema/protobuf/schema.h"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/base64.h"
#include "base/utf8.h"
#include "schema/protobuf/descriptor_bounds.h"
#include "schema/protobuf/file_reader.h"
#include "schema/protobuf/nesting.h"
#include "schema/protobuf/print.h"
#include "schema/protobuf/well_known_files.h"

namespace weft::schema::protobuf {

namespace pb = google::protobuf;

namespace {

/// The name a schema's own file has among descriptors; Confluent's registry calls it so too.
constexpr std::string_view kOwnName = "default";
/// Imports inside imports.
constexpr int kImportDepthMax = 100;

/// Keeps the first complaints of libprotobuf, for a person.
class Complaints : public pb::io::ErrorCollector, public pb::DescriptorPool::ErrorCollector {
 public:
  explicit Complaints(std::string_view file, const pb::compiler::SourceLocationTable* places = nullptr)
      : file_(file), places_(places) {}

  void AddError(int line, int column, const std::string& message) override { add(line, column, message); }
  void AddError(const std::string&, const std::string& element, const pb::Message* descriptor, ErrorLocation location,
                const std::string& message) override {
    int line = -1, column = 0;
    if (places_ != nullptr && descriptor != nullptr) places_->Find(descriptor, location, &line, &column);
    only_options_ = only_options_ && (location == OPTION_NAME || location == OPTION_VALUE);
    add(line, column, line < 0 ? element + ": " + message : message);
  }

  bool empty() const { return count_ == 0; }
  /// Whether nothing but options was complained about.
  bool only_options() const { return only_options_; }
  Error error() const {
    return weft::error(ErrorCode::kInvalidArgument, "Protobuf schema{}{}{}", file_ == kOwnName ? "" : " ",
                       file_ == kOwnName ? "" : file_, text_);
  }

 private:
  void add(int line, int column, const std::string& message) {
    constexpr int kShown = 3;
    if (++count_ > kShown) return;
    if (count_ > 1) text_ += "; and";
    // libprotobuf counts from zero.
    text_ += line < 0 ? ": " : fmt::format(" at {}:{}: ", line + 1, column + 1);
    text_ += message.substr(0, 1'000);
  }

  std::string file_;
  const pb::compiler::SourceLocationTable* places_;
  std::string text_;
  int count_ = 0;
  bool only_options_ = true;
};

/// A file between parsing and linking.
struct Parsed {
  pb::FileDescriptorProto proto;
  std::optional<ProtoFile> file;  ///< Of a text; a descriptor is read once it is linked.
  pb::compiler::SourceLocationTable places;
};

/// A Base64 text as the descriptor it holds, if it is one.
std::optional<pb::FileDescriptorProto> parse_descriptor(std::string_view text) {
  while (!text.empty() && (text.back() == '=' || text.back() == '\n')) text.remove_suffix(1);
  std::string url(text);
  for (char& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
  const auto bytes = parse_base64url(url);
  pb::FileDescriptorProto proto;
  if (!bytes.ok() || bytes->empty()) return std::nullopt;
  if (!proto.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) return std::nullopt;
  proto.clear_source_code_info();
  return proto;
}

Result<void> parse_file(std::string_view name, std::string_view text, Parsed& out) {
  if (text.size() > kSchemaTextBytesMax) {
    return error(ErrorCode::kTooLarge, "Protobuf schema has {} bytes, more than {}", text.size(), kSchemaTextBytesMax);
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return error(ErrorCode::kInvalidArgument, "Protobuf schema is not UTF-8 text");
  }
  TRY(check_nesting(text));

  Complaints complaints(name, nullptr);
  pb::io::ArrayInputStream bytes(text.data(), static_cast<int>(text.size()));
  pb::io::Tokenizer tokens(&bytes, &complaints);
  tokens.set_allow_f_after_float(true);  // inside option values, as text format has it
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&complaints);
  parser.RecordSourceLocationsTo(&out.places);
  if (!parser.Parse(&tokens, &out.proto) || !complaints.empty()) {
    auto descriptor = parse_descriptor(text);
    if (!descriptor) return complaints.error();
    out.proto = std::move(*descriptor);
    return check_bounds(out.proto);
  }
  TRY(check_bounds(out.proto));
  const SourceMap source(text, out.proto.source_code_info());
  TRY_ASSIGN(out.file, read_file(out.proto, &source, well_known_pool()));
  out.proto.clear_source_code_info();
  return {};
}

/// Leaves out imports that stand twice or that nobody gave: a file whose types do not need them is good without.
void drop_imports(pb::FileDescriptorProto& proto, const std::vector<bool>& missing) {
  pb::FileDescriptorProto kept;
  std::vector<int> place(missing.size(), -1);
  for (int i = 0; i < proto.dependency_size(); ++i) {
    if (missing[static_cast<std::size_t>(i)]) continue;
    place[static_cast<std::size_t>(i)] = kept.dependency_size();
    kept.add_dependency(proto.dependency(i));
  }
  const auto moved = [&](int index) {
    return index >= 0 && static_cast<std::size_t>(index) < place.size() ? place[static_cast<std::size_t>(index)] : -1;
  };
  for (const int index : proto.public_dependency()) {
    if (moved(index) >= 0) kept.add_public_dependency(moved(index));
  }
  for (const int index : proto.weak_dependency()) {
    if (moved(index) >= 0) kept.add_weak_dependency(moved(index));
  }
  proto.mutable_dependency()->Swap(kept.mutable_dependency());
  proto.mutable_public_dependency()->Swap(kept.mutable_public_dependency());
  proto.mutable_weak_dependency()->Swap(kept.mutable_weak_dependency());
}

}  // namespace

struct Schema::Parts {
  pb::DescriptorPool pool{&well_known_pool()};
  ProtoFile file;
  std::map<std::string, ProtoFile> imports;
  TypeIndex types{&well_known_types()};
  const pb::FileDescriptor* descriptor = nullptr;
  Error why_unlinked;
};

/// Parses one schema and what it imports, each file after those it needs.
class SchemaParser {
 public:
  SchemaParser(ParseRules rules, std::span<const Reference> references) : rules_(rules), references_(references) {}

  Result<std::shared_ptr<const Schema>> parse(std::string_view text) {
    if (references_.size() > kReferencesMax) {
      return error(ErrorCode::kTooLarge, "Protobuf schema has {} references, more than {}", references_.size(),
                   kReferencesMax);
    }
    // libprotobuf would log that a file without syntax line is taken as proto2.
    const pb::LogSilencer silencer;
    TRY_ASSIGN(parts_->file, load(kOwnName, text, 0));
    if (rules_ == ParseRules::kNew) {
      // What is stored is the canonical text, and indentation can make that much longer.
      const std::size_t size = print_file(parts_->file).size();
      if (size > kSchemaTextBytesMax) {
        return error(ErrorCode::kTooLarge, "Protobuf schema has {} bytes when printed, more than {}", size,
                     kSchemaTextBytesMax);
      }
    }
    for (const auto& [name, file] : parts_->imports) parts_->types.add(file);
    parts_->types.add(parts_->file);
    parts_->descriptor = parts_->pool.FindFileByName(std::string(kOwnName));
    return std::shared_ptr<const Schema>(new Schema(std::move(parts_)));
  }

 private:
  /// Parses a file, then what it imports, then links it.
  Result<ProtoFile> load(std::string_view name, std::string_view text, int depth) {
    if (depth > kImportDepthMax) {
      return error(ErrorCode::kTooLarge, "Protobuf schema: imports nested deeper than {}", kImportDepthMax);
    }
    Parsed parsed;
    TRY(parse_file(name, text, parsed));
    parsed.proto.set_name(std::string(name));
    loading_.emplace(name);
    TRY(load_imports(parsed, depth));
    TRY(option_cost_.add(parsed.proto));
    const Result<void> linked = link(name, parsed);
    if (!linked.ok()) {
      // A text parses, so its names are names; in a descriptor only linking checks them.
      if (rules_ == ParseRules::kNew || !parsed.file) return linked.error();
      if (parts_->why_unlinked.message.empty()) parts_->why_unlinked = linked.error();
    }
    if (parsed.file) return std::move(*parsed.file);
    return read_file(parsed.proto, nullptr, parts_->pool);
  }

  Result<void> load_imports(Parsed& parsed, int depth) {
    std::vector<bool> missing(static_cast<std::size_t>(parsed.proto.dependency_size()), false);
    std::set<std::string_view> listed;
    for (int i = 0; i < parsed.proto.dependency_size(); ++i) {
      const std::string& name = parsed.proto.dependency(i);
      if (!listed.insert(name).second) {
        missing[static_cast<std::size_t>(i)] = true;
        continue;
      }
      if (is_well_known_file(name) || parts_->imports.count(name) > 0) continue;
      if (loading_.count(name) > 0) {
        return error(ErrorCode::kInvalidArgument, "Protobuf schema: \"{}\" imports itself", name);
      }
      const auto given = std::find_if(references_.begin(), references_.end(),
                                      [&](const Reference& reference) { return reference.name == name; });
      if (given == references_.end()) {
        missing[static_cast<std::size_t>(i)] = true;
        if (missing_.size() < 3) missing_.push_back(name);
        continue;
      }
      TRY_ASSIGN(ProtoFile file, load(given->name, given->text, depth + 1));
      parts_->imports.emplace(name, std::move(file));
    }
    drop_imports(parsed.proto, missing);
    return {};
  }

  Result<void> link(std::string_view name, Parsed& parsed) {
    Complaints complaints(name, &parsed.places);
    if (parts_->pool.BuildFileCollectingErrors(parsed.proto, &complaints) != nullptr) return {};
    if (complaints.only_options()) {
      // Custom options mean nothing for data: one that is unknown or does not fit its type is no reason to refuse.
      pb::FileDescriptorProto plain = parsed.proto;
      drop_custom_options(plain);
      Complaints rest(name);
      if (parts_->pool.BuildFileCollectingErrors(plain, &rest) != nullptr) return {};
    }
    Error why = complaints.error();
    for (const std::string& import : missing_) {
      why.message += fmt::format("; \"{}\" is imported, but no reference has it", import);
    }
    return why;
  }

  ParseRules rules_;
  std::span<const Reference> references_;
  std::unique_ptr<Schema::Parts> parts_ = std::make_unique<Schema::Parts>();
  OptionCost option_cost_;
  std::set<std::string, std::less<>> loading_;
  std::vector<std::string> missing_;
};

Result<std::shared_ptr<const Schema>> Schema::parse(std::string_view text, ParseRules rules,
                                                    std::span<const Reference> references) {
  return SchemaParser(rules, references).parse(text);
}

Schema::Schema(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Schema::~Schema() = default;

const ProtoFile& Schema::file() const { return parts_->file; }
const TypeIndex& Schema::types() const { return parts_->types; }
const pb::DescriptorPool& Schema::pool() const { return parts_->pool; }

const ProtoFile* Schema::imported(const std::string& name) const {
  const auto found = parts_->imports.find(name);
  return found == parts_->imports.end() ? nullptr : &found->second;
}

Result<const pb::FileDescriptor*> Schema::descriptor() const {
  if (parts_->descriptor != nullptr) return parts_->descriptor;
  return parts_->why_unlinked;
}

}  // namespace weft::schema::protobuf
