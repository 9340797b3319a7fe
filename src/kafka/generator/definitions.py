"""Reads schema/*.def: what an API's messages look like, as data. src/kafka/README.md explains the language."""
import pathlib
import re
import sys

SCHEMA = pathlib.Path(__file__).parent.parent / "schema"
HIGHEST = 32767

# What fields are made of: the bytes that one takes at least, in the old encoding and in the flexible one.
WIRE_BYTES = {
    "bool": (1, 1), "int8": (1, 1), "int16": (2, 2), "int32": (4, 4), "int64": (8, 8), "float64": (8, 8), "uuid": (16, 16),
    "string": (2, 1), "bytes": (4, 1), "records": (4, 1), "record_pieces": (4, 1),
}


class Versions:
    """An inclusive range."""

    def __init__(self, first, last):
        self.first, self.last = first, last

    @staticmethod
    def parse(text):
        if text == "none":
            return Versions(HIGHEST, HIGHEST)
        if text.endswith("+"):
            return Versions(int(text[:-1]), HIGHEST)
        first, _, last = text.partition("-")
        return Versions(int(first), int(last or first))

    def within(self, other):
        return Versions(max(self.first, other.first), min(self.last, other.last))

    def __contains__(self, version):
        return self.first <= version <= self.last

    def __iter__(self):
        return iter(range(self.first, self.last + 1))


ALL_VERSIONS = Versions(0, HIGHEST)


class NamedType:
    """A line of types.def."""

    def __init__(self, name, wire, cpp, kind, header):
        self.name, self.wire, self.cpp, self.kind, self.header = name, wire, cpp, kind, header


class Field:
    def __init__(self, name):
        self.name, self.doc = name, []
        self.array = False      # []Type
        self.struct = None      # a Struct, or else …
        self.named = None       # … a type of types.def, or None, and …
        self.wire = ""          # … what an element is on the wire
        self.nullable = None    # Versions, or None
        self.versions = ALL_VERSIONS
        self.default = None     # as written
        self.tag = None
        self.must = False

    @property
    def optional(self):
        """Held in a std::optional: can be null, or is a tagged struct that may be absent."""
        return self.nullable is not None or (self.struct is not None and not self.array)


class Struct:
    """`versions` are those in which it occurs. A message's own fields are a struct without a name."""

    def __init__(self, name, message, versions):
        self.name, self.message, self.versions, self.fields = name, message, versions, []

    @property
    def cpp(self):
        # Not nested: clang takes a nested struct with initialisers for not constructible inside of the outer one.
        return self.message.name + self.name

    @property
    def api(self):
        return self.message.api

    def path(self, field):
        """How errors name the field."""
        return ".".join(filter(None, [self.message.name, self.name, field.name]))

    def shares_bytes(self):
        return any(f.wire.startswith("record") or (f.struct and f.struct.shares_bytes()) for f in self.fields)

    def wire_bytes_min(self, version):
        flexible = version in self.api.flexible
        present = [f for f in self.fields if version in f.versions and f.tag is None]
        return flexible + sum((1 if flexible else 4) if f.array else WIRE_BYTES[f.wire][flexible] for f in present)


class Message:
    def __init__(self, api, direction):
        self.api, self.direction = api, direction
        self.name = api.name + direction.capitalize()
        self.root = Struct("", self, api.versions)

    @property
    def structs(self):
        """All of them, each before whoever holds it; the message itself comes last."""
        found = []

        def visit(struct):
            for field in struct.fields:
                if field.struct:
                    visit(field.struct)
            found.append(struct)

        visit(self.root)
        return found


class Api:
    def __init__(self, file, words, doc):
        given = dict(zip(words[2::2], words[3::2]))
        self.file, self.name, self.doc = file, words[1], doc
        self.key = int(given["key"])
        self.versions = Versions.parse(given["versions"])
        self.flexible = Versions.parse(given["flexible"])
        self.response_header_v0 = given.get("response_header") == "0"
        self.messages = {}


class ErrorLine:
    """A line of errors.def."""

    def __init__(self, words):
        self.number, self.name, self.retriable, self.code = int(words[0]), words[1], words[2] == "retriable", words[3]
        self.is_answer = "both" in words[4:]


def fail(path, number, why):
    sys.exit(f"{path}:{number}: {why}")


def words_of(name):
    for line in (SCHEMA / name).read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            yield words


def read_types():
    return {words[0]: NamedType(*words) for words in words_of("types.def")}


def read_errors():
    """The lines by number, and the (ErrorCode, name) pairs of the "also" lines."""
    lines = list(words_of("errors.def"))
    errors = sorted((ErrorLine(w) for w in lines if w[0] != "also"), key=lambda e: e.number)
    return errors, [(w[1], w[2]) for w in lines if w[0] == "also"]


def read_apis():
    types = read_types()
    paths = [p for p in SCHEMA.glob("*.def") if p.stem not in ("types", "errors")]
    return sorted((parse_api(p, types) for p in paths), key=lambda api: api.key)


def parse_field(words, types, where):
    field = Field(words.pop(0))
    match = re.fullmatch(r"(\[\])?(\w+)(\?(\S*))?", words.pop(0)) if words else None
    if not match:
        fail(*where, f"{field.name}: a type is missing")
    field.array = bool(match[1])
    base = match[2]
    if match[3]:
        field.nullable = Versions.parse(match[4]) if match[4] else ALL_VERSIONS
    if base in types:
        field.named, field.wire = types[base], types[base].wire
    elif base in WIRE_BYTES:
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
            fail(*where, f"{field.name}: what is '{word}'?")
    if field.nullable and not field.array and field.wire not in ("string", "records"):
        fail(*where, f"{field.name}: only strings, records and arrays can be null")
    if field.struct and not field.array and field.tag is None:
        fail(*where, f"{field.name}: a single struct can only be a tagged field")
    return field


def parse_api(path, types):
    api, message, doc, holders = None, None, [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if text.startswith("#"):
            doc.append(text[1:].strip())
        elif text.startswith("api "):
            api = Api(path.stem, text.split(), doc)
            doc = []
        elif text in ("request", "response"):
            message = api.messages[text] = Message(api, text)
            # Who holds what is indented deeper than this.
            holders, doc = [(-1, message.root)], []
        elif text:
            indent = len(line) - len(line.lstrip())
            while holders[-1][0] >= indent:
                holders.pop()
            holder = holders[-1][1]
            field = parse_field(text.split(), types, (path, number))
            field.doc, doc = doc, []
            field.versions = field.versions.within(holder.versions)
            if field.versions.first > field.versions.last:
                fail(path, number, f"{field.name}: what holds it exists in none of its versions")
            if field.nullable:
                field.nullable = field.nullable.within(field.versions)
            holder.fields.append(field)
            if field.struct:
                field.struct = Struct(field.struct, message, field.versions)
                holders.append((indent, field.struct))
    for message in api.messages.values():
        names = [s.name for s in message.structs]
        if len(names) != len(set(names)):
            fail(path, 1, f"{message.name} has two structs of one name")
    return api
