"""How fields look in C++."""
from contextlib import contextmanager

CPP_TYPES = {
    "bool": "bool", "int8": "std::int8_t", "int16": "std::int16_t", "int32": "std::int32_t", "int64": "std::int64_t",
    "float64": "double",
    "uuid": "Uuid", "string": "std::string", "bytes": "Buffer", "records": "SharedBytes",
    "record_pieces": "std::vector<SharedBytes>",
}
NUMBERS = ("bool", "int8", "int16", "int32", "int64", "float64")


class Text:
    """Lines of C++, indented."""

    def __init__(self, source):
        self.lines, self.depth = [], 0
        self(f"// Made by src/kafka/generator from src/kafka/schema/{source}; edit that.")

    def __call__(self, *lines):
        for line in lines:
            self.lines.append("  " * self.depth + line if line else "")

    @contextmanager
    def block(self, head, tail="}"):
        self(head)
        self.depth += 1
        yield
        self.depth -= 1
        self(tail)

    @contextmanager
    def block_if(self, condition):
        """Nothing around it when the condition is always true."""
        if condition:
            with self.block(f"if ({condition}) {{"):
                yield
        else:
            yield

    def other(self, condition=None):
        """Ends the block of an if and begins the next."""
        self.depth -= 1
        self(f"}} else if ({condition}) {{" if condition else "} else {")
        self.depth += 1

    def __str__(self):
        return "\n".join(self.lines) + "\n"


def test(versions, known):
    """The condition that v, which is in `known`, is in `versions`; None when it always is."""
    parts = [f"v >= {versions.first}"] if versions.first > known.first else []
    if versions.last < known.last:
        parts.append(f"v <= {versions.last}")
    return " && ".join(parts) or None


def both(*conditions):
    return " && ".join(filter(None, conditions)) or None


def element_type(field):
    if field.struct:
        return field.struct.cpp
    return field.named.cpp if field.named else CPP_TYPES[field.wire]


def field_type(field):
    kind = element_type(field)
    if field.array:
        kind = f"std::vector<{kind}>"
    return f"std::optional<{kind}>" if field.optional else kind


def default_value(field):
    """The initialiser; None where the type's own will do."""
    if field.optional or field.array or field.wire not in NUMBERS:
        return None
    value = field.default or ("false" if field.wire == "bool" else "0")
    if value == "-2147483648":
        value = "-2147483647 - 1"
    if field.named and field.named.kind == "enum":
        return f"static_cast<{field.named.cpp}>({value})" if value != "0" else f"{field.named.cpp}()"
    return value


def is_default(field, value):
    if field.optional:
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


def differs(field, value):
    """The value is not the default."""
    if field.optional:
        return f"{value}.has_value()"
    if field.wire == "bool" and not field.array:
        return f"!{value}" if field.default == "true" else value
    condition = is_default(field, value)
    return condition.replace(" == ", " != ") if " == " in condition else f"!{condition}"


def unwrap(field, value):
    """From the strong type or enumeration to what is on the wire."""
    kind = field.named.kind if field.named else "plain"
    return {"plain": value, "enum": f"static_cast<{CPP_TYPES.get(field.wire)}>({value})", "strong": f"{value}.get()"}[kind]


def wrap(field, value):
    kind = field.named.kind if field.named else "plain"
    if kind == "plain":
        return value
    return f"static_cast<{field.named.cpp}>({value})" if kind == "enum" else f"{field.named.cpp}({value})"
