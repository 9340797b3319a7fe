#include "mesh/rules/default_rules.h"

namespace weft::mesh {

std::string_view default_rules() {
  return R"yaml(# Rules of this mesh. Every product is checked against them while it is typed, and again when it is published.
# Try a change on all products before you save it: "Try on all products", or: weft rules trial FILE
format: 1

rules:
  - id: description-length
    title: Say what one event means
    passes: Says what one event means
    severity: block               # block, warn or off
    path: description             # what the rule reads
    kind: length
    min: 20
    fix: 'Say who, what and when, for example: "One fill on one venue, within a second of execution."'

  - id: has-events
    title: Needs at least one event
    passes: Has at least one event
    severity: block
    path: streams[].has_events    # what weft sees of the product's topics
    field: topic                  # where in the form the finding is shown
    kind: one_of
    values: [true]
    message: Topic {streams[].topic} is empty.
    fix: 'Produce an event: weft produce {streams[].topic}'

  - id: value-schema
    title: Needs a value schema
    passes: Value schema registered
    severity: block
    path: streams[].schema.version
    field: subject
    kind: required
    message: Subject {streams[].subject} has no schema.
    fix: 'Register one: weft schema register {streams[].subject} FILE'

  - id: field-docs
    title: Say what each field means
    passes: Every field says what it means
    severity: warn
    path: streams[].schema.fields_without_doc
    field: subject
    kind: range
    max: 0
    message: '{value} of {streams[].schema.fields} fields have no doc.'
    fix: Add "doc" to the fields and register the schema again; readers search in it.

  - id: owner-contact
    title: Readers need a way to ask
    passes: The team can be reached
    severity: warn
    scope:
      where:
        owner_team.exists: [true]
    path: owner_team.contact
    field: owner
    kind: required
    message: '{owner} has no mail, chat or on-call person.'
    fix: Add one to the directory file.

# Attributes are further members of products, typed and checked:
# attributes:
#   - name: retention_class
#     title: Retention class
#     type: text                  # text, number, boolean, date or list
#     allowed: [short, standard, long]
#     required: true
#     domains: [execution]        # none: every domain
#     owner: data-governance
#     severity: block

# Products that need not keep a rule until the end of a day (UTC):
# exceptions:
#   - {rule: description-length, product: execution/old_feed, until: 2027-01-31, why: Being retired.}
)yaml";
}

}  // namespace weft::mesh
