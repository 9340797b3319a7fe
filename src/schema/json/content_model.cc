#include "schema/json/content_model.h"

#include <algorithm>

namespace weft::schema::json {

bool ContentModel::takes_anything(const Subschema& schema) {
  if (schema.form != Subschema::Form::kKeywords) return schema.form == Subschema::Form::kTrue;
  return schema.reference == nullptr && std::ranges::none_of(keyword_rules(), [&](const KeywordRule& rule) {
           return schema.constrains(rule.keyword);
         });
}

ContentModel properties_beyond(const Subschema& schema) {
  ContentModel model;
  const Subschema* additional = schema.one(Keyword::kAdditionalProperties);
  model.permitted = additional == nullptr || additional->form != Subschema::Form::kFalse;
  if (additional != nullptr && additional->form == Subschema::Form::kKeywords) model.schema = additional;
  model.unevaluated = schema.one(Keyword::kUnevaluatedProperties);
  return model;
}

ItemsModel items_of(const Subschema& schema) {
  ItemsModel model;
  const bool newest = schema.draft == Draft::k2020;
  const Subschema* items = schema.one(Keyword::kItems);
  const Subschema* further = newest ? items : schema.one(Keyword::kAdditionalItems);
  model.tuple = newest             ? schema.all(Keyword::kPrefixItems)
                : items == nullptr ? schema.all(Keyword::kItems)
                                   : std::span<const Child>();
  model.beyond.permitted = further == nullptr || further->form != Subschema::Form::kFalse;
  if (further != nullptr && further->form == Subschema::Form::kKeywords) model.beyond.schema = further;
  if (newest && model.tuple.empty()) std::swap(model.each, model.beyond.schema);
  if (!newest) model.each = items;
  model.beyond.unevaluated = schema.one(Keyword::kUnevaluatedItems);
  return model;
}

}  // namespace weft::schema::json
