#include "api/record_matcher.h"

#include <algorithm>
#include <bitset>

namespace weft::api {

namespace {

using Term = RecordFilter::Term;

bool wants_null(const Term& term) {
  return term.op == RecordFilter::Operator::kEqual && term.literal.kind == RecordFilter::Literal::Kind::kNull;
}

/// Looks into the whole, whatever it is.
bool contains_in_whole(const Term& term) { return term.path.empty() && term.op == RecordFilter::Operator::kContains; }

}  // namespace

/// What the walk through one JSON text has found so far.
class RecordMatcher::Findings final : public JsonValueSink {
 public:
  explicit Findings(const Asked& asked) : asked_(asked) {}

  void value_at(std::size_t path, std::string_view text) override {
    seen_.set(path);
    if (!satisfied_[path] && satisfies(*asked_.terms[path], text)) satisfied_.set(path);
  }
  bool all() const {
    for (std::size_t i = 0; i < asked_.terms.size(); ++i)
      if (!satisfied_[i] && (seen_[i] || !wants_null(*asked_.terms[i]))) return false;
    return true;
  }

 private:
  const Asked& asked_;
  std::bitset<kJsonPathsMax> seen_, satisfied_;
};

RecordMatcher::RecordMatcher(std::shared_ptr<const RecordFilter> filter, std::shared_ptr<const KnownSchemas> schemas)
    : filter_(std::move(filter)), schemas_(std::move(schemas)) {
  static_assert(RecordFilter::kTermsMax <= kJsonPathsMax);
  for (const Term& term : filter_->terms()) {
    Asked& asked = term.part == RecordFilter::Part::kHeader ? headers_
                   : term.part == RecordFilter::Part::kKey  ? key_
                                                            : value_;
    asked.terms.push_back(&term);
    asked.paths.push_back(term.path);
  }
}

RecordMatcher::Verdict RecordMatcher::judge(const stream::RecordView& record) {
  if (!judge_headers(headers_, record.headers)) return Verdict::kDiffers;
  const Verdict key = judge_payload(key_, record.key);
  if (key == Verdict::kDiffers || key == Verdict::kSchemaMissing) return key;
  const Verdict value = judge_payload(value_, record.value);
  return value == Verdict::kMatches ? key : value;
}

bool RecordMatcher::judge_headers(const Asked& asked, const std::vector<stream::Header>& headers) {
  return std::all_of(asked.terms.begin(), asked.terms.end(), [&](const Term* term) {
    const bool any = std::any_of(headers.begin(), headers.end(), [&](const stream::Header& header) {
      if (header.key != term->header) return false;
      return header.value ? satisfies_text(*term, as_text(*header.value)) : wants_null(*term);
    });
    return any || (wants_null(*term) && std::none_of(headers.begin(), headers.end(), [&](const stream::Header& header) {
                     return header.key == term->header;
                   }));
  });
}

RecordMatcher::Verdict RecordMatcher::judge_payload(const Asked& asked, const std::optional<ByteView>& bytes) {
  if (asked.terms.empty()) return Verdict::kMatches;
  if (!bytes) {
    const bool all = std::all_of(asked.terms.begin(), asked.terms.end(),
                                 [](const Term* term) { return term->path.empty() && wants_null(*term); });
    return all ? Verdict::kMatches : Verdict::kDiffers;
  }
  const auto frame = schema::parse_frame(*bytes);
  if (frame.ok() && frame->id.get() > 0) return judge_framed(asked, *bytes, *frame);
  const std::string_view text = as_text(*bytes);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return judge_text(asked, text);
  const Verdict verdict = judge_json(asked, text.substr(first));
  return verdict == Verdict::kUnreadable ? judge_text(asked, text) : verdict;
}

RecordMatcher::Verdict RecordMatcher::judge_framed(const Asked& asked, ByteView bytes, const schema::Frame& frame) {
  const auto known = schemas_->find(frame.id);
  if (known == schemas_->end()) {
    if (schemas_->size() >= kKnownSchemasMax) return judge_bytes(asked, as_text(bytes));
    missing_ = frame.id;
    return Verdict::kSchemaMissing;
  }
  if (!known->second.ok()) return judge_bytes(asked, as_text(bytes));
  const registry::ParsedSchema& schema = **known->second;
  std::string_view json = as_text(frame.payload);
  // JSON is looked through where it lies.
  if (schema.type() != registry::SchemaType::kJson) {
    decoded_.clear();
    if (!schema.decode_json(frame.payload, decoded_).ok()) return judge_bytes(asked, as_text(bytes));
    json = decoded_;
  }
  const Verdict verdict = judge_json(asked, json);
  return verdict == Verdict::kUnreadable ? judge_bytes(asked, as_text(bytes)) : verdict;
}

RecordMatcher::Verdict RecordMatcher::judge_json(const Asked& asked, std::string_view json) {
  Findings findings(asked);
  if (!find_json_values(json, asked.paths, findings)) return Verdict::kUnreadable;
  return findings.all() ? Verdict::kMatches : Verdict::kDiffers;
}

RecordMatcher::Verdict RecordMatcher::judge_bytes(const Asked& asked, std::string_view bytes) {
  Verdict verdict = Verdict::kMatches;
  for (const Term* term : asked.terms) {
    if (!contains_in_whole(*term)) {
      verdict = Verdict::kUnreadable;
    } else if (!satisfies_text(*term, bytes)) {
      return Verdict::kDiffers;
    }
  }
  return verdict;
}

RecordMatcher::Verdict RecordMatcher::judge_text(const Asked& asked, std::string_view text) {
  const bool all = std::all_of(asked.terms.begin(), asked.terms.end(),
                               [text](const Term* term) { return term->path.empty() && satisfies_text(*term, text); });
  return all ? Verdict::kMatches : Verdict::kDiffers;
}

}  // namespace weft::api
