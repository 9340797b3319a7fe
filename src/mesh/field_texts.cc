#include "mesh/field_texts.h"

#include "schema/avro/field_tree.h"

namespace weft::mesh {

namespace {

void flatten(const std::vector<schema::avro::FieldNode>& nodes, std::vector<FieldText>& out) {
  for (const schema::avro::FieldNode& node : nodes) {
    out.push_back({node.path, node.type, node.doc});
    flatten(node.children, out);
  }
}

}  // namespace

SubjectFactsPointer subject_facts(SchemaPointer schema) {
  auto facts = std::make_shared<SubjectFacts>();
  if (schema->avro) flatten(schema::avro::field_tree(*schema->avro).fields, facts->fields);
  facts->schema = std::move(schema);
  return facts;
}

}  // namespace weft::mesh
