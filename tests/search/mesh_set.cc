#include "mesh_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/check.h"
#include "vocabulary.h"

namespace weft::search_set {

namespace {

struct Entity {
  std::string name, meaning;
  std::vector<mesh::FieldText> fields;
};
struct Domain {
  std::string name;
  std::vector<std::string> tags;
  std::vector<Entity> entities;
};
enum class Style { kDotted, kSnake, kCamel, kKebab };

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(by, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + by.size();
  }
  return parts;
}

/// "field bid_price decimal: highest price that somebody pays"
mesh::FieldText read_field(std::string_view line) {
  const std::size_t colon = line.find(": ");
  const std::vector<std::string_view> head = split(line.substr(0, colon), " ");
  CHECK(head.size() == 3, std::string(line));
  return {std::string(head[1]), std::string(head[2]), std::string(line.substr(colon + 2))};
}

std::vector<mesh::FieldText> read_fields(std::string_view lines) {
  std::vector<mesh::FieldText> fields;
  for (const std::string_view line : split(lines, "\n")) fields.push_back(read_field(line));
  return fields;
}

std::vector<Domain> read_vocabulary() {
  std::vector<Domain> domains;
  for (const std::string_view line : split(kVocabulary, "\n")) {
    const std::size_t colon = line.find(": ");
    const std::string rest(line.substr(colon + 2));
    if (line.starts_with("domain ")) {
      Domain& domain = domains.emplace_back();
      domain.name = line.substr(7, colon - 7);
      for (const std::string_view tag : split(rest, ", ")) domain.tags.emplace_back(tag);
    } else if (line.starts_with("entity ")) {
      domains.back().entities.push_back({std::string(line.substr(7, colon - 7)), rest, {}});
    } else {
      domains.back().entities.back().fields.push_back(read_field(line));
    }
  }
  return domains;
}

std::string in_style(const std::vector<std::string>& words, Style style) {
  std::string name;
  for (const std::string& word : words) {
    if (!name.empty() && style != Style::kCamel)
      name += style == Style::kDotted ? '.' : style == Style::kSnake ? '_' : '-';
    const std::size_t at = name.size();
    name += word;
    if (style == Style::kCamel && at > 0) name[at] = static_cast<char>(name[at] - 'a' + 'A');
  }
  return name;
}

void append_words(std::vector<std::string>& words, std::string_view snake_case) {
  for (std::string& word : words_in(snake_case)) words.push_back(std::move(word));
}

std::string capitalised(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string with_spaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

class Maker {
 public:
  Maker(std::uint64_t seed) : dice_(seed), domains_(read_vocabulary()), common_(read_fields(kCommonFields)) {}

  /// Nothing when there is one of that name already.
  std::optional<Made> make() {
    const std::size_t at = dice_.roll(domains_.size());
    const Domain& domain = domains_[at];
    const std::size_t entity_at = dice_.roll(domain.entities.size());
    const Entity& entity = domain.entities[entity_at];
    const EventWord& event = dice_.any(kEvents);
    const EventWord* qualifier = dice_.one_in(6) ? nullptr : &dice_.any(kQualifiers);
    const auto style = static_cast<Style>(at % 4);

    Made made{.entity = entity.name,
              .meaning = entity.meaning,
              .event = std::string(event.word),
              .event_text = std::string(event.text)};
    std::vector<std::string> words = words_in(entity.name);
    append_words(words, event.word);
    if (qualifier != nullptr) {
      words.push_back(made.qualifier = qualifier->word);
      made.qualifier_text = qualifier->text;
    }
    if (repeats_ > 0) words.push_back(made.version = fmt::format("v{}", 2 + dice_.roll(repeats_)));
    mesh::Product product{.id = {domain.name, in_style(words, style)}, .version = 1};
    if (!names_.insert(product.id.to_string()).second) return std::nullopt;

    constexpr std::string_view kTeams[] = {"team", "platform", "squad"};
    product.owner = fmt::format("{}-{}", domain.name, kTeams[entity_at % 3]);
    product.description = fmt::format("{}: {}. {}{}{}. {}", capitalised(with_spaces(entity.name)), entity.meaning,
                                      event.text, qualifier == nullptr ? "" : ", ",
                                      qualifier == nullptr ? "" : qualifier->text, dice_.any(kPurposes));
    product.quality = static_cast<mesh::Quality>(dice_.roll(3));
    product.sla = 1 + static_cast<int>(dice_.roll(3));
    product.lifecycle = dice_.one_in(20) ? mesh::Lifecycle::kDeprecated : mesh::Lifecycle::kLive;
    for (const std::string& tag : domain.tags)
      if (dice_.one_in(2)) product.tags.push_back(tag);
    if (dice_.one_in(10)) product.tags.push_back("golden");
    constexpr std::string_view kRegions[] = {"eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2"};
    const std::string topic = product.id.domain + "." + product.id.name;
    product.ports = {{.name = "stream",
                      .cluster = "local",
                      .environment = "prod",
                      .region = std::string(dice_.any(kRegions)),
                      .topic = topic,
                      .subject = topic + "-value"}};
    product.sensitivity = static_cast<mesh::Sensitivity>(dice_.roll(4));
    product.published_at_ms = 1'700'000'000'000 + static_cast<std::int64_t>(dice_.roll(60'000'000)) * 1000;
    made.tags = product.tags;
    made.subject = fields_of(entity, style, made.own_fields);
    made.product = std::make_shared<const mesh::Product>(std::move(product));
    return made;
  }
  /// All names are nearly used up: more follow with a version.
  void widen() { repeats_ = repeats_ == 0 ? 8 : 2 * repeats_; }

 private:
  mesh::SubjectFactsPointer fields_of(const Entity& entity, Style style, std::vector<std::string>& own) {
    constexpr std::size_t kFields = 20;
    auto subject = std::make_shared<mesh::SubjectFacts>();
    const Style field_style = style == Style::kCamel ? Style::kCamel : Style::kSnake;
    const std::string_view parent = dice_.one_in(3) ? "payload." : dice_.one_in(4) ? "lines[]." : "";
    const auto add = [&](const mesh::FieldText& field, std::string_view under) {
      const std::string name = in_style(words_in(field.path), field_style);
      // As in life, not everybody writes what a field means.
      subject->fields.push_back({std::string(under) + name, field.type, dice_.one_in(5) ? "" : field.doc});
    };
    for (const mesh::FieldText& field : entity.fields) {
      add(field, parent);
      own.push_back(field.path);
    }
    std::vector<mesh::FieldText> common = common_;
    while (subject->fields.size() < kFields && !common.empty()) {
      const std::size_t at = dice_.roll(common.size());
      add(common[at], "");
      common.erase(common.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return subject;
  }

  Dice dice_;
  std::vector<Domain> domains_;
  std::vector<mesh::FieldText> common_;
  std::set<std::string> names_;
  std::size_t repeats_ = 0;
};

}  // namespace

std::uint64_t Dice::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

std::vector<std::string> words_in(std::string_view snake_case) {
  std::vector<std::string> words;
  for (const std::string_view word : split(snake_case, "_")) words.emplace_back(word);
  return words;
}

std::vector<Made> make_products(std::size_t count, std::uint64_t seed) {
  CHECK(count <= 300'000, "no more names");
  Maker maker(seed);
  std::vector<Made> products;
  products.reserve(count);
  for (std::size_t missed = 0; products.size() < count;) {
    if (auto made = maker.make()) {
      products.push_back(std::move(*made));
      missed = 0;
    } else if (++missed == 20) {
      maker.widen();
    }
  }
  return products;
}

SetFacts::SetFacts(const std::vector<Made>& products) {
  for (const Made& made : products) subjects_.emplace(made.product->stream().subject, made.subject);
}

mesh::SubjectFactsPointer SetFacts::subject(std::string_view name) const {
  const auto at = subjects_.find(name);
  return at == subjects_.end() ? nullptr : at->second;
}

}  // namespace weft::search_set
