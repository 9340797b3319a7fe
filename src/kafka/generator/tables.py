"""Emits what there is: APIs and errors."""
from cpp import Text
from definitions import read_errors


def emit_api_key(apis):
    out = Text("*.def")
    out("#pragma once", "", "#include <cstdint>", "", "namespace weft::kafka {", "")
    out("/// The number by which a request says what it is. Peers may send numbers that have no name here.")
    with out.block("enum class ApiKey : std::int16_t {", "};"):
        out(*(f"k{api.name} = {api.key}," for api in apis))
    out("", "}  // namespace weft::kafka")
    return str(out)


def emit_api_table(apis):
    out = Text("*.def")
    out('#include "kafka/api.h"', "", "namespace weft::kafka {", "namespace {", "")
    with out.block("constexpr ApiInfo kApis[] = {", "};"):
        for api in apis:
            header_v0 = "true" if api.response_header_v0 else "false"
            out(f'{{ApiKey::k{api.name}, "{api.name}", {api.versions.first}, {api.versions.last}, {api.flexible.first}, {header_v0}}},')
    out("", "}  // namespace", "", "std::span<const ApiInfo> all_apis() { return kApis; }", "", "}  // namespace weft::kafka")
    return str(out)


def enumerator(name):
    return "k" + "".join(word.capitalize() for word in name.split("_"))


def emit_error_codes():
    errors, _ = read_errors()
    out = Text("errors.def")
    out("#pragma once", "", "#include <cstdint>", "", "namespace weft::kafka {", "")
    out("/// The protocol's error codes. Peers may send numbers that have no name here.")
    with out.block("enum class KafkaError : std::int16_t {", "};"):
        out("kNone = 0,")
        out(*(f"{enumerator(e.name)} = {e.number}," for e in errors))
    out("", "}  // namespace weft::kafka")
    return str(out)


def emit_error_table():
    errors, also = read_errors()
    out = Text("errors.def")
    out('#include "kafka/errors.h"', "", "namespace weft::kafka {", "namespace {", "")
    with out.block("constexpr KafkaErrorInfo kErrors[] = {", "};"):
        for e in errors:
            out(f'{{KafkaError::{enumerator(e.name)}, "{e.name}", {"true" if e.retriable else "false"}, ErrorCode::{e.code}}},')
    out("", "}  // namespace", "", "std::span<const KafkaErrorInfo> all_kafka_errors() { return kErrors; }", "")
    answers = [(e.code, e.name) for e in errors if e.is_answer] + also
    with out.block("KafkaError to_kafka_error(ErrorCode code) {"):
        # No default: the compiler finds an ErrorCode without an answer, and one with two.
        with out.block("switch (code) {"):
            out(*(f"case ErrorCode::{code}: return KafkaError::{enumerator(name)};" for code, name in answers))
        out("return KafkaError::kUnknownServerError;")
    out("", "}  // namespace weft::kafka")
    return str(out)
