#!/usr/bin/env python3
"""Makes the Kafka codec from schema/*.def: structs, both directions of every message, the table of APIs, the errors.

    generate.py --list OUT     prints what will be written, for CMake
    generate.py OUT            writes it, touching only files whose text changes

Output: OUT/kafka/messages/NAME.h per API, OUT/kafka/messages.h, OUT/kafka/error_codes.h and a few .cc files (few, because
each costs a compiler start). src/kafka/README.md explains the definitions' language.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
CODEC_FILES = 4
HIGHEST = 32767

# wire type: (C++ type, bytes on the wire at least: old encoding, flexible encoding)
WIRE = {
    "bool": ("bool", 1, 1),
    "int8": ("std::int8_t", 1, 1),
    "int16": ("std::int16_t", 2, 2),
    "int32": ("std::int32_t", 4, 4),
    "int64": ("std::int64_t", 8, 8),
    "uuid": ("Uuid", 16, 16),
    "string": ("std::string", 2, 1),
    "bytes": ("Buffer", 4, 1),
    "records": ("SharedBytes", 4, 1),
    "record_pieces": ("std::vector<SharedBytes>", 4, 1),
}


class Versions:
    """An inclusive range."""

    def __init__(self, first, last):
        self.first, self.last = first, last

    @staticmethod
    def parse(text):
        if text.endswith("+"):
            return Versions(int(text[:-1]), HIGHEST)
        first, _, last = text.partition("-")
        return Versions(int(first), int(last or first))

    def within(self, other):
        return Versions(max(self.first, other.first), min(self.last, other.last))

    def covers(self, other):
        return self.first <= other.first and self.last >= other.last

    def __contains__(self, version):
        return self.first <= version <= self.last

    def test(self, valid):
        """The C++ condition for a version known to be in `valid`; None when always true."""
        parts = []
        if self.first > valid.first:
            parts.append(f"v >= {self.first}")
        if self.last < valid.last:
            parts.append(f"v <= {self.last}")
        return " && ".join(parts) or None


class NamedType:
    def __init__(self, name, wire, cpp, kind, header):
        self.name, self.wire, self.cpp, self.kind, self.header = name, wire, cpp, kind, header


class Struct:
    """`versions` are those in which it occurs."""

    def __init__(self, name, message, versions):
        self.name, self.message, self.versions, self.fields = name, message, versions, []

    @property
    def cpp(self):
        # Not nested: clang takes a nested struct with initialisers for not constructible inside of the outer one.
        return self.message.cpp + self.name

    def path(self, field):
        """How errors name the field."""
        return f"{self.message.cpp}.{self.name + '.' if self.name else ''}{field.name}"

    def shares_bytes(self):
        return any(f.wire.startswith("record") or (f.struct and f.struct.shares_bytes()) for f in self.fields)


class Field:
    def __init__(self, name):
        self.name, self.doc = name, []
        self.array = False       # []Type
        self.struct = None       # a struct of the same message
        self.named = None        # a type of types.def
        self.wire = ""           # the wire type of an element that is no struct
        self.nullable = None     # Versions, or None
        self.versions = Versions(0, HIGHEST)
        self.default = None
        self.tag = None
        self.must = False


class Message:
    def __init__(self, api, direction):
        self.api, self.direction = api, direction
        self.cpp = api.name + direction.capitalize()
        self.root = Struct("", self, api.versions)
        self.structs = []        # innermost first


class Api:
    pass


def fail(path, number, why):
    sys.exit(f"{path}:{number}: {why}")


def read_types():
    types = {}
    for line in (HERE / "types.def").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            types[words[0]] = NamedType(*words)
    return types


def parse_field(words, types, path, number):
    field = Field(words.pop(0))
    if not words:
        fail(path, number, f"{field.name} has no type")
    match = re.fullmatch(r"(\[\])?(\w+)(\?(\S*))?", words.pop(0))
    if not match:
        fail(path, number, f"{field.name}: not a type")
    field.array = bool(match.group(1))
    base = match.group(2)
    if match.group(3):
        field.nullable = Versions.parse(match.group(4)) if match.group(4) else Versions(0, HIGHEST)
    if base in types:
        field.named, field.wire = types[base], types[base].wire
    elif base in WIRE:
        field.wire = base
    else:
        field.struct = base
    while words:
        word = words.pop(0)
        if word == "=":
            field.default = words.pop(0)
        elif word == "tag":
            field.tag = int(words.pop(0))
        elif word == "must":
            field.must = True
        elif re.fullmatch(r"\d+(\+|-\d+)?", word):
            field.versions = Versions.parse(word)
        else:
            fail(path, number, f"{field.name}: what is '{word}'?")
    if field.nullable and not field.array and field.wire not in ("string", "records"):
        fail(path, number, f"{field.name}: only strings, records and arrays can be null")
    if field.struct and not field.array and field.tag is None:
        fail(path, number, f"{field.name}: a single struct is supported as a tagged field only")
    return field


def parse_api(path, types):
    api = Api()
    api.file = path.stem
    api.messages = {}
    message, doc, stack, head_doc = None, [], [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if text.startswith("#"):
            doc.append(text[1:].strip())
            continue
        if not text:
            continue
        words = text.split()
        if words[0] == "api":
            api.name = words[1]
            given = dict(zip(words[2::2], words[3::2]))
            api.key = int(given["key"])
            api.versions = Versions.parse(given["versions"])
            api.flexible = Versions.parse(given["flexible"])
            api.response_header_v0 = given.get("response_header") == "0"
            head_doc, doc = doc, []
            api.doc = head_doc
        elif text in ("request", "response"):
            message = Message(api, text)
            api.messages[text] = message
            stack, doc = [(-1, message.root)], []
        else:
            indent = len(line) - len(line.lstrip())
            while stack[-1][0] >= indent:
                stack.pop()
            field = parse_field(words, types, path, number)
            field.doc, doc = doc, []
            holder = stack[-1][1]
            field.versions = field.versions.within(holder.versions)
            if field.versions.first > field.versions.last:
                fail(path, number, f"{field.name}: none of its versions has what holds it")
            holder.fields.append(field)
            if field.struct:
                field.struct = Struct(field.struct, message, field.versions)
                message.structs.insert(0, field.struct)
                stack.append((indent, field.struct))
    for message in api.messages.values():
        names = [s.name for s in message.structs]
        if len(names) != len(set(names)):
            fail(path, 0, f"{message.cpp}: two structs of one name")
        # A struct precedes whoever holds it.
        ordered = []

        def visit(struct):
            for f in struct.fields:
                if f.struct:
                    visit(f.struct)
                    ordered.append(f.struct)

        visit(message.root)
        message.structs = ordered
    return api


# ---- C++ types and defaults

def element_type(field):
    if field.struct:
        return field.struct.cpp
    return field.named.cpp if field.named else WIRE[field.wire][0]


def cpp_type(field):
    kind = element_type(field)
    if field.array:
        kind = f"std::vector<{kind}>"
    if field.nullable or (field.struct and not field.array):
        kind = f"std::optional<{kind}>"
    return kind


def default_value(field):
    """What stands in the initialiser; the empty string means value-initialised."""
    if field.nullable or field.array or field.struct or field.wire in ("string", "bytes", "records", "record_pieces", "uuid"):
        return ""
    value = field.default or {"bool": "false"}.get(field.wire, "0")
    if field.wire == "int32" and value == "-2147483648":
        value = "-2147483647 - 1"
    if field.named and field.named.kind == "enum":
        return f"static_cast<{field.named.cpp}>({value})" if value != "0" else f"{field.named.cpp}()"
    return value


def is_default(field, value):
    """The C++ condition that a field has its default."""
    if field.nullable or (field.struct and not field.array):
        return f"!{value}.has_value()"
    if field.array or field.wire in ("bytes", "records", "record_pieces"):
        return f"{value}.empty()"
    if field.wire == "string":
        return f"{unwrap(field, value)}.empty()"
    if field.wire == "uuid":
        return f"{unwrap(field, value)}.is_zero()"
    if field.named and field.named.kind == "strong":
        return f"{value} == {field.named.cpp}({default_value(field)})"
    return f"{value} == {default_value(field)}"


def unwrap(field, value):
    if not field.named or field.named.kind == "plain":
        return value
    if field.named.kind == "enum":
        return f"static_cast<{WIRE[field.wire][0]}>({value})"
    return f"{value}.get()"


def wrap(field, value):
    if not field.named or field.named.kind == "plain":
        return value
    if field.named.kind == "enum":
        return f"static_cast<{field.named.cpp}>({value})"
    return f"{field.named.cpp}({value})"


def wire_bytes_min(field, api):
    """The least that one element of an array takes, over all versions; at least 1."""

    def struct_bytes(struct, version):
        flexible = version in api.flexible
        total = 1 if flexible else 0
        for f in struct.fields:
            if version in f.versions and f.tag is None:
                total += (1 if flexible else 4) if f.array else WIRE[f.wire][2 if flexible else 1]
        return total

    least = []
    for version in range(max(field.versions.first, api.versions.first), min(field.versions.last, api.versions.last) + 1):
        if field.struct:
            least.append(struct_bytes(field.struct, version))
        else:
            least.append(WIRE[field.wire][2 if version in api.flexible else 1])
    return max(1, min(least))


# ---- Emitting

class Text:
    def __init__(self):
        self.lines, self.depth = [], 0

    def __call__(self, line=""):
        self.lines.append("  " * self.depth + line if line else "")

    def open(self, line):
        self(line)
        self.depth += 1

    def close(self, line="}"):
        self.depth -= 1
        self(line)

    def __str__(self):
        return "\n".join(self.lines) + "\n"


MADE = "// Made by src/kafka/schema/generate.py from src/kafka/schema/{}; edit that."


def doc_comment(out, doc):
    for line in doc:
        out("/// " + line if line else "///")


def emit_members(out, struct, api):
    for field in struct.fields:
        doc = list(field.doc)
        test = field.versions.test(struct.versions)
        if test:
            first, last = field.versions.first, field.versions.last
            since = f"v{first}+" if last == api.versions.last else f"v{first}" if first == last else f"v{first}-v{last}"
            if doc:
                doc[-1] += f" ({since})"
            else:
                doc = [f"{since}."]
        doc_comment(out, doc)
        initial = default_value(field)
        out(f"{cpp_type(field)} {field.name}{'{' + initial + '}' if initial else ''};")


def emit_equality(out, struct):
    if struct.shares_bytes():
        out(f"bool operator==(const {struct.cpp}& other) const;")
    else:
        out(f"bool operator==(const {struct.cpp}&) const = default;")


def emit_header(api, types):
    out = Text()
    out("#pragma once")
    out()
    out(MADE.format(api.file + ".def"))
    out()
    headers = {"kafka/api.h"}
    std = {"cstdint", "optional", "string", "vector"}
    shares = False
    for message in api.messages.values():
        for struct in message.structs + [message.root]:
            for field in struct.fields:
                if field.named and "/" in field.named.header:
                    headers.add(field.named.header)
                if field.wire in ("bytes", "records", "record_pieces"):
                    headers.add("base/bytes.h")
                if field.wire == "uuid":
                    headers.add("base/uuid.h")
    for name in sorted(std):
        out(f"#include <{name}>")
    out()
    for name in sorted(headers):
        out(f'#include "{name}"')
    out()
    out("namespace weft::kafka {")
    out()
    out("class Reader;")
    out("class Writer;")
    for direction in ("request", "response"):
        message = api.messages[direction]
        for struct in message.structs:
            out()
            out.open(f"struct {struct.cpp} {{")
            emit_members(out, struct, api)
            out()
            emit_equality(out, struct)
            out.close("};")
        out()
        doc_comment(out, api.doc if direction == "request" else [f"Answers {api.name}Request."])
        out.open(f"struct {message.cpp} {{")
        out(f"static constexpr ApiKey kApi = ApiKey::k{api.name};")
        out(f"static constexpr bool kIsRequest = {'true' if direction == 'request' else 'false'};")
        for struct in message.structs:
            out(f"using {struct.name} = {struct.cpp};")
        out()
        emit_members(out, message.root, api)
        if message.root.fields:
            out()
        emit_equality(out, message.root)
        out.close("};")
    out()
    for direction in ("request", "response"):
        name = api.messages[direction].cpp
        out(f"void read(Reader& in, {name}& out, std::int16_t version);")
        out(f"void write(Writer& out, const {name}& message, std::int16_t version);")
    out()
    out("}  // namespace weft::kafka")
    return str(out)


def read_one(field, path):
    return wrap(field, f'in.{"boolean" if field.wire == "bool" else field.wire}("{path}")')


def emit_read_value(out, struct, field, api):
    """Reads one field that the version has."""
    target, path = f"out.{field.name}", struct.path(field)
    if field.array:
        sizes = f'"{path}", {wire_bytes_min(field, api)}, sizeof({field.struct.cpp if field.struct else element_type(field)})'
        if field.nullable:
            test = field.nullable.within(field.versions).test(field.versions)
            count = f"in.nullable_count({sizes})"
            if test:
                count = f"{test} ? {count} : std::optional(in.count({sizes}))"
            out(f"{target}.reset();")
            out.open(f"if (const std::optional<std::size_t> count = {count}) {{")
            vector = f"{target}.emplace(*count)"
        else:
            vector = target
            out(f"{target}.resize(in.count({sizes}));")
        reference = "auto&&" if field.wire == "bool" else "auto&"
        out.open(f"for ({reference} each : {vector}) {{")
        out("if (in.failed()) return;")
        out(f"read(in, each, v);" if field.struct else f"each = {read_one(field, path)};")
        out.close()
        if field.nullable:
            out.close()
        return
    if field.struct:
        out(f"read(in, {target}.emplace(), v);")
    elif field.nullable and field.wire == "string":
        test = field.nullable.within(field.versions).test(field.versions)
        strong = field.named and field.named.kind == "strong"
        if test:
            out.open(f"if ({test}) {{")
        if strong:
            out(f"{target}.reset();")
            out(f'if (auto text = in.nullable_string("{path}")) {target}.emplace(*std::move(text));')
        else:
            out(f'{target} = in.nullable_string("{path}");')
        if test:
            out.depth -= 1
            out("} else {")
            out.depth += 1
            out(f"{target} = {read_one(field, path)};")
            out.close()
    else:
        out(f"{target} = {read_one(field, path)};")


def write_one(field, value, path, writer="out"):
    value = unwrap(field, value)
    if field.wire in ("string", "bytes", "records", "record_pieces"):
        call = "records" if field.wire == "record_pieces" else field.wire
        return f'{writer}.{call}("{path}", {value});'
    return f'{writer}.{"boolean" if field.wire == "bool" else field.wire}({value});'


def emit_write_value(out, struct, field, api, writer="out"):
    value, path = f"m.{field.name}", struct.path(field)
    closing = False
    if field.nullable and field.wire != "records":
        test = field.nullable.within(field.versions).test(field.versions)
        null = f"{writer}.null_count();" if field.array else f"{writer}.null_string();"
        # A null string in a version without null is written as the empty one; an array that means "all" is not.
        without = f'{writer}.no_null("{path}");' if field.array else f'{writer}.string("{path}", "");'
        out.open(f"if (!{value}) {{")
        if test:
            out.open(f"if ({test}) {{")
            out(null)
            out.depth -= 1
            out("} else {")
            out.depth += 1
            out(without)
            out.close()
        else:
            out(null)
        out.depth -= 1
        out("} else {")
        out.depth += 1
        closing = True
        value = f"(*{value})" if not field.array else f"*{value}"
        if field.array:
            out(f'{writer}.count("{path}", m.{field.name}->size());')
    elif field.array:
        out(f'{writer}.count("{path}", {value}.size());')
    if field.array:
        each = f"write({writer}, each, v);" if field.struct else write_one(field, "each", path, writer)
        reference = "const auto" if field.wire in ("bool", "int8", "int16", "int32", "int64") else "const auto&"
        out(f"for ({reference} each : {value}) {each}")
    elif field.struct:
        out(f"write({writer}, *{value}, v);")
    else:
        out(write_one(field, value, path, writer))
    if closing:
        out.close()


def emit_read(out, struct, message):
    api = message.api
    plain = [f for f in struct.fields if f.tag is None]
    tagged = [f for f in struct.fields if f.tag is not None]
    out.open(f"void read([[maybe_unused]] Reader& in, [[maybe_unused]] {struct.cpp}& out, [[maybe_unused]] std::int16_t v) {{")
    for field in plain:
        test = field.versions.test(struct.versions)
        if test:
            out.open(f"if ({test}) {{")
        emit_read_value(out, struct, field, api)
        if test:
            out.close()
    test = api.flexible.within(struct.versions).test(struct.versions)
    if api.flexible.first <= struct.versions.last:
        if tagged:
            if test:
                out.open(f"if ({test}) {{")
            out.open("for (std::uint32_t left = in.tag_count(); left > 0 && !in.failed(); --left) {")
            out("std::uint32_t tag = 0;")
            out("const std::size_t outer_end = in.open_tag(tag);")
            first = True
            for field in tagged:
                condition = " && ".join(filter(None, [f"tag == {field.tag}", field.versions.test(struct.versions.within(api.flexible))]))
                if first:
                    out.open(f"if ({condition}) {{")
                else:
                    out.depth -= 1
                    out(f"}} else if ({condition}) {{")
                    out.depth += 1
                first = False
                emit_read_value(out, struct, field, api)
            out.depth -= 1
            out("} else {")
            out.depth += 1
            out("in.skip_tag();")
            out.close()
            out("in.close_tag(outer_end);")
            out.close()
            if test:
                out.close()
        else:
            out(f"if ({test}) in.skip_tags();" if test else "in.skip_tags();")
    out.close()
    out()


def emit_write(out, struct, message):
    api = message.api
    plain = [f for f in struct.fields if f.tag is None]
    tagged = [f for f in struct.fields if f.tag is not None]
    out.open(f"void write([[maybe_unused]] Writer& out, [[maybe_unused]] const {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{")
    for field in plain:
        test = field.versions.test(struct.versions)
        if test:
            out.open(f"if ({test}) {{")
        emit_write_value(out, struct, field, api)
        if test:
            if field.must:
                out.depth -= 1
                out(f"}} else if (!({is_default(field, 'm.' + field.name)})) {{")
                out.depth += 1
                out(f'out.cannot_say("{struct.path(field)}", v);')
            out.close()
    test = api.flexible.within(struct.versions).test(struct.versions)
    if api.flexible.first <= struct.versions.last:
        if tagged:
            if test:
                out.open(f"if ({test}) {{")
            out("std::uint32_t tags = 0;")
            present = {}
            for field in tagged:
                version = field.versions.test(struct.versions.within(api.flexible))
                name = f"has_{field.name}"
                present[field] = name
                out(f"const bool {name} = {version + ' && ' if version else ''}!({is_default(field, 'm.' + field.name)});")
                out(f"tags += {name} ? 1 : 0;")
            out("out.tag_count(tags);")
            for field in sorted(tagged, key=lambda f: f.tag):
                out.open(f"if ({present[field]}) {{")
                out("Writer value(true);")
                emit_write_value(out, struct, field, api, "value")
                out(f"out.tag({field.tag}, std::move(value));")
                out.close()
            if test:
                out.close()
        else:
            out(f"if ({test}) out.no_tags();" if test else "out.no_tags();")
    out.close()
    out()


def emit_codec(apis):
    out = Text()
    out(MADE.format("*.def"))
    for api in apis:
        out(f'#include "kafka/messages/{api.file}.h"')
    out('#include "kafka/wire.h"')
    out()
    out("#include <utility>")
    out()
    out('#include "kafka/same_bytes.h"')
    out()
    out("namespace weft::kafka {")
    out()
    for api in apis:
        for message in api.messages.values():
            inner = message.structs
            if inner:
                out("namespace {")
                out()
                for struct in inner:
                    emit_read(out, struct, message)
                    emit_write(out, struct, message)
                out("}  // namespace")
                out()
            emit_read(out, message.root, message)
            emit_write(out, message.root, message)
            for struct in inner + [message.root]:
                if struct.shares_bytes():
                    out.open(f"bool {struct.cpp}::operator==(const {struct.cpp}& other) const {{")
                    tests = [f"same_bytes({f.name}, other.{f.name})" if f.wire.startswith("record") else f"{f.name} == other.{f.name}"
                             for f in struct.fields]
                    out("return " + " && ".join(tests) + ";")
                    out.close()
                    out()
    out("}  // namespace weft::kafka")
    return str(out)


def emit_table(apis):
    header = Text()
    header("#pragma once")
    header()
    header(MADE.format("*.def"))
    header("#include <cstdint>")
    header()
    header("namespace weft::kafka {")
    header()
    header("/// The number by which a request says what it is. Peers may send numbers that have no name here.")
    header.open("enum class ApiKey : std::int16_t {")
    for api in apis:
        header(f"k{api.name} = {api.key},")
    header.close("};")
    header()
    header("}  // namespace weft::kafka")

    out = Text()
    out(MADE.format("*.def"))
    out('#include "kafka/api.h"')
    out()
    out("namespace weft::kafka {")
    out("namespace {")
    out()
    out.open("constexpr ApiInfo kApis[] = {")
    for api in apis:
        flexible = min(api.flexible.first, HIGHEST)
        out(f'{{ApiKey::k{api.name}, "{api.name}", {api.versions.first}, {api.versions.last}, {flexible}, '
            f'{"true" if api.response_header_v0 else "false"}}},')
    out.close("};")
    out()
    out("}  // namespace")
    out()
    out("std::span<const ApiInfo> all_apis() { return kApis; }")
    out()
    out("}  // namespace weft::kafka")
    return str(header), str(out)


def camel(name):
    return "k" + "".join(word.capitalize() for word in name.split("_"))


def emit_errors():
    rows, also = [], []
    for line in (HERE / "errors.def").read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        (also if words[0] == "also" else rows).append(words)
    header = Text()
    header("#pragma once")
    header()
    header(MADE.format("errors.def"))
    header("#include <cstdint>")
    header()
    header("namespace weft::kafka {")
    header()
    header("/// The protocol's error codes. Peers may send numbers that have no name here.")
    header.open("enum class KafkaError : std::int16_t {")
    for words in sorted(rows + [["0", "NONE"]], key=lambda w: int(w[0])):
        header(f"{camel(words[1])} = {words[0]},")
    header.close("};")
    header()
    header("}  // namespace weft::kafka")

    out = Text()
    out(MADE.format("errors.def"))
    out('#include "kafka/errors.h"')
    out()
    out("namespace weft::kafka {")
    out("namespace {")
    out()
    out.open("constexpr KafkaErrorInfo kErrors[] = {")
    for words in sorted(rows, key=lambda w: int(w[0])):
        out(f'{{KafkaError::{camel(words[1])}, "{words[1]}", {"true" if words[2] == "retriable" else "false"}, ErrorCode::{words[3]}}},')
    out.close("};")
    out()
    out("}  // namespace")
    out()
    out("std::span<const KafkaErrorInfo> all_kafka_errors() { return kErrors; }")
    out()
    out.open("KafkaError to_kafka_error(ErrorCode code) {")
    out.open("switch (code) {")
    for words in rows:
        if "both" in words[4:]:
            out(f"case ErrorCode::{words[3]}: return KafkaError::{camel(words[1])};")
    for words in also:
        out(f"case ErrorCode::{words[1]}: return KafkaError::{camel(words[2])};")
    out.close()
    out("return KafkaError::kUnknownServerError;")
    out.close()
    out()
    out("}  // namespace weft::kafka")
    return str(header), str(out)


# ---- Emitting, for tests: random messages, and messages as JSON

def emit_reflection(apis):
    out = Text()
    out(MADE.format("*.def"))
    out('#include "kafka/reflection_testing.h"')
    out()
    out("namespace weft::kafka {")
    for api in apis:
        for message in api.messages.values():
            out()
            for struct in message.structs + [message.root]:
                emit_random(out, struct, api)
                emit_json(out, struct, api)
    out()
    out.open("std::vector<MessageForTests> all_messages_for_tests() {")
    out("return {" + ", ".join(f"message_for_tests<{m.cpp}>()" for api in apis for m in api.messages.values()) + "};")
    out.close()
    out()
    out("}  // namespace weft::kafka")
    return str(out)


def emit_random(out, struct, api):
    out.open(f"void randomize([[maybe_unused]] RandomValues& random, [[maybe_unused]] {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{")
    for field in struct.fields:
        test = field.versions.test(struct.versions)
        if test:
            out.open(f"if ({test}) {{")
        target = f"m.{field.name}"
        if field.nullable or field.tag is not None:
            null = field.nullable.within(field.versions).test(field.versions) if field.nullable else None
            guard = f"!({null}) || random.chance()" if null else "random.chance()"
            out.open(f"if ({guard}) {{")
            if field.nullable or (field.struct and not field.array):
                out(f"{target}.emplace();")
                target = f"(*{target})"
        if field.array:
            out(f"{target}.resize(random.count());")
            each = f"randomize(random, each, v);" if field.struct else f"random.value(each);"
            out(f"for (auto& each : {target}) {each}")
        elif field.struct:
            out(f"randomize(random, {target}, v);")
        else:
            out(f"random.value({target});")
        if field.nullable or field.tag is not None:
            out.close()
        if test:
            out.close()
    out.close()
    out()


def emit_json(out, struct, api):
    out.open(f"void to_json(JsonText& json, [[maybe_unused]] const {struct.cpp}& m, [[maybe_unused]] std::int16_t v) {{")
    out("json.open('{');")
    for field in struct.fields:
        conditions = [field.versions.test(struct.versions)]
        if field.tag is not None:
            conditions.append(f"!({is_default(field, 'm.' + field.name)})")
        condition = " && ".join(filter(None, conditions))
        if condition:
            out.open(f"if ({condition}) {{")
        out(f'json.name("{field.name}");')
        value = f"m.{field.name}"
        optional = field.nullable or (field.struct and not field.array)
        if optional:
            out.open(f"if (!{value}) {{")
            out("json.null();")
            out.depth -= 1
            out("} else {")
            out.depth += 1
            value = f"(*{value})"
        if field.array:
            out("json.open('[');")
            out(f"for (const auto& each : {value}) {'to_json(json, each, v);' if field.struct else f'json.value({unwrap(field, chr(101) + chr(97) + chr(99) + chr(104))});'}")
            out("json.close(']');")
        elif field.struct:
            out(f"to_json(json, {value}, v);")
        else:
            out(f"json.value({unwrap(field, value)});")
        if optional:
            out.close()
        if condition:
            out.close()
    out("json.close('}');")
    out.close()
    out()


# ---- Files

def split(apis):
    """Shares the APIs out over CODEC_FILES of about the same size, in a way that only depends on the definitions."""
    weight = lambda api: sum(len(s.fields) for m in api.messages.values() for s in m.structs + [m.root])
    parts = [[] for _ in range(CODEC_FILES)]
    for api in sorted(apis, key=lambda a: (-weight(a), a.key)):
        min(parts, key=lambda p: sum(map(weight, p))).append(api)
    return [sorted(p, key=lambda a: a.key) for p in parts]


def outputs():
    types = read_types()
    apis = sorted((parse_api(p, types) for p in HERE.glob("*.def") if p.stem not in ("types", "errors")), key=lambda a: a.key)
    files = {}
    umbrella = Text()
    umbrella("#pragma once")
    umbrella()
    umbrella(MADE.format("*.def") + " All messages; include kafka/messages/NAME.h where one is enough.")
    for api in apis:
        files[f"kafka/messages/{api.file}.h"] = emit_header(api, types)
        umbrella(f'#include "kafka/messages/{api.file}.h"')
    files["kafka/messages.h"] = str(umbrella)
    for i, part in enumerate(split(apis)):
        files[f"kafka/codec_{i + 1}.cc"] = emit_codec(part)
    files["kafka/api_key.h"], files["kafka/api_table.cc"] = emit_table(apis)
    files["kafka/error_codes.h"], files["kafka/error_table.cc"] = emit_errors()
    files["kafka/reflection_testing.cc"] = emit_reflection(apis)
    return files


def main(arguments):
    only_list = arguments[:1] == ["--list"]
    target = pathlib.Path(arguments[-1])
    files = outputs()
    if only_list:
        print(";".join(str(target / name) for name in sorted(files)), end="")
        return
    for name, text in files.items():
        path = target / name
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
