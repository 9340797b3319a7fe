#include "mesh/field_texts.h"

#include "schema/field_tree.h"

namespace weft::mesh {

namespace {

void flatten(const std::vector<schema::FieldNode>& nodes, std::vector<FieldText>& out) {
  for (const schema::FieldNode& node : nodes) {
    out.push_back({node.path, node.type, node.doc});
    flatten(node.children, out);
  }
}

}  // namespace

SubjectFactsPointer subject_facts(SchemaPointer schema) {
  auto facts = std::make_shared<SubjectFacts>();
  if (schema->parsed) flatten(schema->parsed->field_tree().fields, facts->fields);
  // Facts are held for every product: what was parsed is an order of magnitude larger than the text.
  auto text_only = std::make_shared<RegisteredSchema>(*schema);
  text_only->parsed.reset();
  facts->schema = std::move(text_only);
  return facts;
}

}  // namespace weft::mesh
