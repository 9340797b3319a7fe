#include "schema/avro/compatibility.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "schema/avro/print.h"

namespace weft::schema::avro {
namespace {

constexpr std::size_t kReasonsMax = 100;
constexpr std::size_t kReasonsRemembered = 3;  // of a pair that is compared again
constexpr std::size_t kStepsMax = 1'000'000;
constexpr std::size_t kPairsMax = 100'000;
constexpr int kDepthMax = 1'000;
constexpr std::size_t kPathBytesMax = 1'000;

bool promotes(Kind writer, Kind reader) {
  switch (reader) {
    case Kind::kLong:
      return writer == Kind::kInt;
    case Kind::kFloat:
      return writer == Kind::kInt || writer == Kind::kLong;
    case Kind::kDouble:
      return writer == Kind::kInt || writer == Kind::kLong || writer == Kind::kFloat;
    case Kind::kBytes:
      return writer == Kind::kString;
    case Kind::kString:
      return writer == Kind::kBytes;
    default:
      return false;
  }
}

/// Compares pairs of types. A pair that is being compared further out counts as compatible: it is unless something else
/// proves otherwise. A pair compared before gives its verdict again, so that the number of pairs bounds the work.
class Comparison {
 public:
  using Reasons = std::vector<Incompatibility>;

  Result<Reasons> run(const Type& reader, const Type& writer) {
    Reasons reasons = compare(reader, writer, "");
    if (!too_large_) return reasons;
    return error(ErrorCode::kTooLarge, "the two schemas are too large or too deep to be compared");
  }

 private:
  static void add(Reasons& out, Reasons more) {
    for (Incompatibility& reason : more) {
      if (out.size() < kReasonsMax) out.push_back(std::move(reason));
    }
  }
  static Reasons one(IncompatibilityKind kind, std::string path, std::string message) {
    Reasons reasons;
    reasons.push_back({kind, path.empty() ? "/" : std::move(path), std::move(message)});
    return reasons;
  }

  Reasons compare(const Type& reader, const Type& writer, const std::string& path) {
    too_large_ = too_large_ || ++steps_ > kStepsMax || pairs_.size() > kPairsMax || depth_ == kDepthMax;
    if (too_large_) return {};
    const auto [known, added] = pairs_.try_emplace({&reader, &writer});
    if (!added) return known->second;
    ++depth_;
    Reasons reasons = compare_new(reader, writer, path.size() > kPathBytesMax ? path.substr(0, kPathBytesMax) : path);
    --depth_;
    known->second.assign(reasons.begin(),
                         reasons.begin() + static_cast<long>(std::min(reasons.size(), kReasonsRemembered)));
    return reasons;
  }

  Reasons compare_new(const Type& reader, const Type& writer, const std::string& path) {
    if (reader.kind == writer.kind) return compare_same_kind(reader, writer, path);
    if (writer.kind == Kind::kUnion) {
      Reasons reasons;
      for (std::size_t i = 0; i < writer.branches.size(); ++i) {
        add(reasons, compare(reader, *writer.branches[i], fmt::format("{}/{}", path, i)));
      }
      return reasons;
    }
    if (reader.kind == Kind::kUnion) {
      const bool some = std::any_of(reader.branches.begin(), reader.branches.end(),
                                    [&](const Type* branch) { return compare(*branch, writer, "").empty(); });
      if (some) return {};
      return one(IncompatibilityKind::kMissingUnionBranch, path,
                 fmt::format("reader union lacking writer type: {}", type_text(writer)));
    }
    if (promotes(writer.kind, reader.kind)) return {};
    return one(IncompatibilityKind::kTypeMismatch, path,
               fmt::format("reader type {} cannot read writer type {}", type_text(reader), type_text(writer)));
  }

  Reasons compare_same_kind(const Type& reader, const Type& writer, const std::string& path) {
    switch (reader.kind) {
      case Kind::kArray:
        return compare(*reader.element, *writer.element, path + "/items");
      case Kind::kMap:
        return compare(*reader.element, *writer.element, path + "/values");
      case Kind::kUnion:
        return compare_unions(reader, writer, path);
      case Kind::kRecord: {
        Reasons reasons = compare_names(reader, writer, path);
        add(reasons, compare_fields(reader, writer, path));
        return reasons;
      }
      case Kind::kEnum: {
        Reasons reasons = compare_names(reader, writer, path);
        add(reasons, compare_symbols(reader, writer, path));
        return reasons;
      }
      case Kind::kFixed: {
        Reasons reasons = compare_names(reader, writer, path);
        if (reader.size != writer.size) {
          add(reasons, one(IncompatibilityKind::kFixedSizeMismatch, path + "/size",
                           fmt::format("expected: {}, found: {}", writer.size, reader.size)));
        }
        return reasons;
      }
      default:
        return {};
    }
  }

  Reasons compare_unions(const Type& reader, const Type& writer, const std::string& path) {
    Reasons reasons;
    for (std::size_t i = 0; i < writer.branches.size(); ++i) {
      if (compare(reader, *writer.branches[i], "").empty()) continue;
      add(reasons, one(IncompatibilityKind::kMissingUnionBranch, fmt::format("{}/{}", path, i),
                       fmt::format("reader union lacking writer type: {}", type_text(*writer.branches[i]))));
    }
    return reasons;
  }

  static Reasons compare_names(const Type& reader, const Type& writer, const std::string& path) {
    const auto is_writer = [&](const Name& alias) { return alias == writer.name; };
    if (reader.name.name == writer.name.name || std::any_of(reader.aliases.begin(), reader.aliases.end(), is_writer))
      return {};
    return one(IncompatibilityKind::kNameMismatch, path + "/name", fmt::format("expected: {}", writer.name.full()));
  }

  static Reasons compare_symbols(const Type& reader, const Type& writer, const std::string& path) {
    if (reader.enum_default) return {};
    const std::set<std::string_view> known(reader.symbols.begin(), reader.symbols.end());
    std::set<std::string_view> missing;
    for (const std::string& symbol : writer.symbols) {
      if (!known.contains(symbol)) missing.insert(symbol);
    }
    if (missing.empty()) return {};
    return one(IncompatibilityKind::kMissingEnumSymbols, path + "/symbols",
               fmt::format("[{}]", fmt::join(missing, ", ")));
  }

  Reasons compare_fields(const Type& reader, const Type& writer, const std::string& path) {
    std::map<std::string_view, const Field*> written;
    for (const Field& field : writer.fields) written.emplace(field.name, &field);
    Reasons reasons;
    for (std::size_t i = 0; i < reader.fields.size(); ++i) {
      if (too_large_ || reasons.size() >= kReasonsMax) break;
      const Field& field = reader.fields[i];
      const std::string field_path = fmt::format("{}/fields/{}", path, i);
      std::vector<const Field*> sources;
      if (const auto at = written.find(field.name); at != written.end()) sources.push_back(at->second);
      for (const std::string& alias : field.aliases) {
        if (const auto at = written.find(alias); at != written.end()) sources.push_back(at->second);
      }
      if (sources.size() > 1) {
        add(reasons, one(IncompatibilityKind::kNameMismatch, field_path + "/aliases",
                         fmt::format("field {} and its aliases name several fields of the writer", field.name)));
      } else if (sources.size() == 1) {
        add(reasons, compare(*field.type, *sources[0]->type, field_path + "/type"));
      } else if (!field.default_value && field.type->enum_default) {
        // An enum's own default is no value for a missing field; Java's library reports it as a mismatch of types.
        add(reasons, compare(*field.type, writer, field_path + "/type"));
      } else if (!field.default_value) {
        add(reasons, one(IncompatibilityKind::kReaderFieldMissingDefaultValue, field_path, field.name));
      }
    }
    return reasons;
  }

  std::map<std::pair<const Type*, const Type*>, Reasons> pairs_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  bool too_large_ = false;
};

}  // namespace

std::string_view incompatibility_name(IncompatibilityKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"NAME_MISMATCH",        "FIXED_SIZE_MISMATCH",
                                                      "MISSING_ENUM_SYMBOLS", "READER_FIELD_MISSING_DEFAULT_VALUE",
                                                      "TYPE_MISMATCH",        "MISSING_UNION_BRANCH"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<Incompatibility>> incompatibilities(const Schema& reader, const Schema& writer) {
  return Comparison().run(reader.root(), writer.root());
}

}  // namespace weft::schema::avro
