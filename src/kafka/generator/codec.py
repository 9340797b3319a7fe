"""Emits the structs of a message and both directions of its codec."""
from cpp import Text, both, default_value, differs, element_type, field_type, test, unwrap, wrap
from definitions import WIRE_BYTES


# ---- Headers

def emit_header(api):
    out = Text(api.file + ".def")
    fields = [f for m in api.messages.values() for s in m.structs for f in s.fields]
    headers = {"kafka/api_key.h"} | {f.named.header for f in fields if f.named and "/" in f.named.header}
    if any(f.wire in ("bytes", "records", "record_pieces") for f in fields):
        headers.add("base/bytes.h")
    out("#pragma once", "", "#include <cstdint>", "#include <optional>", "#include <string>", "#include <vector>", "")
    out(*(f'#include "{name}"' for name in sorted(headers)))
    out("", "namespace weft::kafka {", "", "class Reader;", "class Writer;")
    for message in api.messages.values():
        for struct in message.structs:
            out("")
            emit_struct(out, struct)
    out("")
    for message in api.messages.values():
        out(f"void read(Reader& in, {message.name}& out, std::int16_t version);")
        out(f"void write(Writer& out, const {message.name}& message, std::int16_t version);")
    out("", "}  // namespace weft::kafka")
    return str(out)


def emit_struct(out, struct):
    message, api = struct.message, struct.api
    is_root = struct is message.root
    if is_root:
        out(*("/// " + line for line in (api.doc if message.direction == "request" else [f"Answers {api.name}Request."])))
    with out.block(f"struct {struct.cpp} {{", "};"):
        if is_root:
            out(f"static constexpr ApiKey kApi = ApiKey::k{api.name};")
            out(f"static constexpr bool kIsRequest = {'true' if message.direction == 'request' else 'false'};")
            out(*(f"using {s.name} = {s.cpp};" for s in message.structs if s.name), "")
        for field in struct.fields:
            out(*("/// " + line for line in documentation(field, struct)))
            initial = default_value(field)
            braces = "" if initial is None else "{}" if initial.endswith("()") else f"{{{initial}}}"
            out(f"{field_type(field)} {field.name}{braces};")
        out("")
        if struct.shares_bytes():
            out(f"bool operator==(const {struct.cpp}& other) const;")
        else:
            out(f"bool operator==(const {struct.cpp}&) const = default;")


def documentation(field, struct):
    if not test(field.versions, struct.versions):
        return field.doc
    first, last = field.versions.first, field.versions.last
    versions = f"v{first}+" if last == struct.api.versions.last else f"v{first}" if first == last else f"v{first}-v{last}"
    return field.doc[:-1] + [f"{field.doc[-1]} ({versions})"] if field.doc else [versions + "."]


# ---- Codec

def emit_codec(apis):
    out = Text("*.def")
    out(*(f'#include "kafka/messages/{api.file}.h"' for api in apis))
    out("", "#include <utility>", "", '#include "kafka/same_bytes.h"', '#include "kafka/wire.h"', "", "namespace weft::kafka {")
    for message in (m for api in apis for m in api.messages.values()):
        *inner, root = message.structs
        if inner:
            out("", "namespace {")
            for struct in inner:
                emit_read(out, struct)
                emit_write(out, struct)
            out("", "}  // namespace")
        emit_read(out, root)
        emit_write(out, root)
        for struct in message.structs:
            if struct.shares_bytes():
                emit_equality(out, struct)
    out("", "}  // namespace weft::kafka")
    return str(out)


def emit_equality(out, struct):
    tests = [f"same_bytes({f.name}, other.{f.name})" if f.wire.startswith("record") else f"{f.name} == other.{f.name}"
             for f in struct.fields]
    out("")
    with out.block(f"bool {struct.cpp}::operator==(const {struct.cpp}& other) const {{"):
        out("return " + " && ".join(tests) + ";")


def has_tags(struct):
    """Whether it ends in tagged fields in any version, and the condition for it."""
    flexible = struct.api.flexible.within(struct.versions)
    return flexible.first <= flexible.last, test(flexible, struct.versions), flexible


def read_one(field, path):
    return wrap(field, f'in.{"boolean" if field.wire == "bool" else field.wire}("{path}")')


def emit_read(out, struct):
    out("")
    with out.block(f"void read([[maybe_unused]] Reader& in, [[maybe_unused]] {struct.cpp}& out, [[maybe_unused]] std::int16_t v) {{"):
        for field in struct.fields:
            if field.tag is None:
                with out.block_if(test(field.versions, struct.versions)):
                    emit_read_field(out, struct, field)
        ever, condition, flexible = has_tags(struct)
        tagged = [f for f in struct.fields if f.tag is not None]
        if ever and not tagged:
            out(f"if ({condition}) in.skip_tags();" if condition else "in.skip_tags();")
        elif ever:
            with out.block_if(condition):
                emit_read_tags(out, struct, tagged, flexible)


def emit_read_tags(out, struct, tagged, flexible):
    with out.block("for (std::uint32_t left = in.tag_count(); left > 0 && !in.failed(); --left) {"):
        out("std::uint32_t tag = 0;", "const std::size_t outer_end = in.open_tag(tag);")
        conditions = [both(f"tag == {f.tag}", test(f.versions, flexible)) for f in tagged]
        with out.block(f"if ({conditions[0]}) {{"):
            emit_read_field(out, struct, tagged[0])
            for field, condition in list(zip(tagged, conditions))[1:]:
                out.other(condition)
                emit_read_field(out, struct, field)
            out.other()
            out("in.skip_tag();")
        out("in.close_tag(outer_end);")


def emit_read_field(out, struct, field):
    """Reads a field that the version has."""
    target, path = f"out.{field.name}", struct.path(field)
    null_test = test(field.nullable, field.versions) if field.nullable else None
    if field.array:
        emit_read_array(out, struct, field, null_test)
    elif field.struct:
        out(f"read(in, {target}.emplace(), v);")
    elif field.nullable and field.wire == "string":
        with out.block_if(null_test):
            if field.named and field.named.kind == "strong":
                out(f"{target}.reset();")
                out(f'if (auto text = in.nullable_string("{path}")) {target}.emplace(*std::move(text));')
            else:
                out(f'{target} = in.nullable_string("{path}");')
            if null_test:
                out.other()
                out(f"{target} = {read_one(field, path)};")
    elif field.wire == "records" and not field.nullable:
        out(f'{target} = in.records("{path}").value_or(SharedBytes());')
    else:
        out(f"{target} = {read_one(field, path)};")


def emit_read_array(out, struct, field, null_test):
    target, path = f"out.{field.name}", struct.path(field)
    each_min = [field.struct.wire_bytes_min(v) if field.struct else WIRE_BYTES[field.wire][v in struct.api.flexible]
                for v in field.versions]
    sizes = f'"{path}", {max(1, min(each_min))}, sizeof({element_type(field)})'
    read_each = "read(in, each, v);" if field.struct else f"each = {read_one(field, path)};"
    if not field.nullable:
        out(f"{target}.resize(in.count({sizes}));")
        with out.block(f"for (auto& each : {target}) {{"):
            out("if (in.failed()) return;", read_each)
        return
    count = f"in.nullable_count({sizes})"
    if null_test:
        count = f"{null_test} ? {count} : std::optional(in.count({sizes}))"
    out(f"{target}.reset();")
    with out.block(f"if (const std::optional<std::size_t> count = {count}) {{"):
        with out.block(f"for (auto& each : {target}.emplace(*count)) {{"):
            out("if (in.failed()) return;", read_each)


def write_one(field, value, path, writer):
    value = unwrap(field, value)
    if field.wire in ("string", "bytes", "records", "record_pieces"):
        return f'{writer}.{"records" if field.wire == "record_pieces" else field.wire}("{path}", {value});'
    return f'{writer}.{"boolean" if field.wire == "bool" else field.wire}({value});'


def emit_write(out, struct):
    out("")
    with out.block(f"void write([[maybe_unused]] Writer& out, [[maybe_unused]] const {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{"):
        for field in struct.fields:
            if field.tag is not None:
                continue
            condition = test(field.versions, struct.versions)
            with out.block_if(condition):
                emit_write_field(out, struct, field, "out")
                if condition and field.must:
                    out.other(differs(field, f"m.{field.name}"))
                    out(f'out.cannot_say("{struct.path(field)}", v);')
        ever, condition, flexible = has_tags(struct)
        tagged = sorted((f for f in struct.fields if f.tag is not None), key=lambda f: f.tag)
        if ever and not tagged:
            out(f"if ({condition}) out.no_tags();" if condition else "out.no_tags();")
        elif ever:
            with out.block_if(condition):
                emit_write_tags(out, struct, tagged, flexible)


def emit_write_tags(out, struct, tagged, flexible):
    for field in tagged:
        out(f"const bool has_{field.name} = {both(test(field.versions, flexible), differs(field, 'm.' + field.name))};")
    out("out.tag_count(" + " + ".join(f"(has_{field.name} ? 1u : 0u)" for field in tagged) + ");")
    for field in tagged:
        with out.block(f"if (has_{field.name}) {{"):
            out("Writer value(/*flexible=*/true);")
            emit_write_field(out, struct, field, "value")
            out(f"out.tag({field.tag}, std::move(value));")


def emit_write_field(out, struct, field, writer):
    value, path = f"m.{field.name}", struct.path(field)
    if not field.nullable or field.wire == "records":
        emit_write_value(out, field, f"*{value}" if field.struct and not field.array else value, path, writer)
        return
    null = f"{writer}.null_count();" if field.array else f"{writer}.null_string();"
    # In versions without null: a text is written as the empty one; an array is not, because null means "all" there.
    instead = f'{writer}.no_null("{path}");' if field.array else f'{writer}.string("{path}", "");'
    null_test = test(field.nullable, field.versions)
    with out.block(f"if ({value}) {{"):
        emit_write_value(out, field, f"(*{value})", path, writer)
        if null_test:
            out.other(null_test)
        else:
            out.other()
        out(null)
        if null_test:
            out.other()
            out(instead)


def emit_write_value(out, field, value, path, writer):
    if field.array:
        out(f'{writer}.count("{path}", {value}.size());')
        each = f"write({writer}, each, v);" if field.struct else write_one(field, "each", path, writer)
        out(f"for (const auto& each : {value}) {each}")
    elif field.struct:
        out(f"write({writer}, {value}, v);")
    else:
        out(write_one(field, value, path, writer))
