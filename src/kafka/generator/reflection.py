"""Emits, for tests, a random message and the JSON of a message: kafka/reflection_testing.h."""
from cpp import Text, both, differs, test, unwrap


def emit_reflection(apis):
    out = Text("*.def")
    out('#include "kafka/reflection_testing.h"', "", "namespace weft::kafka {")
    messages = [m for api in apis for m in api.messages.values()]
    for struct in (s for m in messages for s in m.structs):
        emit_random(out, struct)
        emit_json(out, struct)
    out("")
    with out.block("std::vector<MessageForTests> all_messages_for_tests() {"):
        out("return {" + ", ".join(f"message_for_tests<{m.name}>()" for m in messages) + "};")
    out("", "}  // namespace weft::kafka")
    return str(out)


def emit_random(out, struct):
    out("")
    with out.block(f"void randomize([[maybe_unused]] RandomValues& random, [[maybe_unused]] {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{"):
        for field in struct.fields:
            null_test = test(field.nullable, field.versions) if field.nullable else None
            # Null by chance where the version has it; tagged fields by chance.
            chance = f"(!({null_test}) || random.chance())" if null_test else "random.chance()"
            may_be_absent = field.nullable is not None or field.tag is not None
            value = f"m.{field.name}.emplace()" if field.optional else f"m.{field.name}"
            with out.block_if(both(test(field.versions, struct.versions), chance if may_be_absent else None)):
                with out.block("{"):
                    out(f"auto& value = {value};")
                    if field.array:
                        out("value.resize(random.count());")
                        out("for (auto& each : value) " + ("randomize(random, each, v);" if field.struct else "random.value(each);"))
                    else:
                        out("randomize(random, value, v);" if field.struct else "random.value(value);")


def emit_json(out, struct):
    out("")
    with out.block(f"void to_json(JsonText& json, [[maybe_unused]] const {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{"):
        out("json.open('{');")
        for field in struct.fields:
            value = f"m.{field.name}"
            condition = both(test(field.versions, struct.versions), differs(field, value) if field.tag is not None else None)
            with out.block_if(condition):
                out(f'json.name("{field.name}");')
                if not field.optional:
                    emit_json_value(out, field, value)
                else:
                    with out.block(f"if ({value}) {{"):
                        emit_json_value(out, field, f"(*{value})")
                        out.other()
                        out("json.null();")
        out("json.close('}');")


def emit_json_value(out, field, value):
    one = lambda name: f"to_json(json, {name}, v);" if field.struct else f"json.value({unwrap(field, name)});"
    if field.array:
        out("json.open('[');", f"for (const auto& each : {value}) {one('each')}", "json.close(']');")
    else:
        out(one(value))
