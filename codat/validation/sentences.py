"""Rules that a machine can check, read out of the platforms' sentences; nothing is guessed."""

import re
from dataclasses import dataclass

_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_LONGEST = 1000  # characters; a longer text is no rule, and slow to search

# Holds only for some records or companies: no rule for the one at hand.
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|where|unless|except|otherwise|depending|although|vary|versions?"
    r"|companies|only for|of type|with type|first|part)\b|\bfor (?!all\b)"
)
# A condition that is fulfilled by the value's being there at all.
_IF_GIVEN = re.compile(
    r"^(?:if|when) (?:it is )?(?:supplied|provided|included|set|specified|given|present),? "
)
# The requirement itself hangs on something else, or is taken back.
_REQUIREMENT_IN_DOUBT = re.compile(
    r"\b(?:required|provided|supplied|specified|set)\b.*\b(?:if|when|unless|except|for)\b"
    r"|\b(?:if|when|for)\b.*\b(?:required|must be (?:provided|supplied|specified|set))\b"
    r"|\b(?:if|when) (?:it is |this is )?(?:not )?(?:set|provided|supplied|specified|included)\b"
    r"|\bis not (?:set|provided|supplied|specified)\b|\beither .* (?:set|provided|specified)\b"
    r"|\bdefaults?(?: value is)? (?:to )?\d|\bdefaults? to\b|\bif no\b|\bor none\b|\bnot required\b"
    r"|\bcan't include both\b|\bmust be null\b|\bonly required\b|\boptional\b|\bignored\b"
    r"|\bnot supported\b|\bnot (?:be )?(?:mapped|set|provided|supplied)\b"
    r"|\bonly (?:valid|be (?:set|specified|provided))\b"
)

_CHARACTERS = r"(?: chara\w*ters?(?: long| in length)?)"  # one platform writes "charaters"
_MAX = r"(?:max|maximum)"
_MORE = r"(?:greater|longer|more)"
_TOO_LONG = re.compile(r"\d{10}")
"""No length or count of a record: a sentence with such a number is shown and not enforced."""

_PLACES = r" decimal (?:places|points|digits)"
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_CODE = r"(?:country code|(?:country )?iso code|(?:iso )?currency code)"
_ONLY = rf"(?:a |up to a )?(?:only|{_MAX}(?: of)?|at most|up to|no more than)"
_THINGS = r"(?P<things>[a-z]+(?: [a-z]+){0,3}?)"
_TAIL = r"(?: (?:is|are|can|may|must|allowed|at most|per|in the|in total)\b.*)?"
_HOLD = r"(?:only )?(?:contain |have |include |be )?"

_REQUIRED = re.compile(r"(?:(?:must|should) be|is) (?:provided|supplied|specified|required)")
_LENGTHS = {
    "maxLength": (
        rf"(?:be |have )?(?:a )?{_MAX}(?: character)? length (?:of|is) (\d+){_CHARACTERS}?",
        rf"{_MAX} character length (?:must|should) not (?:be longer than|exceed) (\d+)",
        rf"(?:be |contain |have )?(?:a )?(?:{_MAX}(?: of)?|at most|up to) (\d+){_CHARACTERS}",
        rf"(?:not )?(?:be |contain |have )?no {_MORE} than (\d+){_CHARACTERS}",
        rf"not (?:be |contain |have )?{_MORE} than (\d+){_CHARACTERS}",
        rf"not exceed (?:the {_MAX} length of )?(\d+){_CHARACTERS}",
    ),
    "shorter": (rf"(?:be |contain |have )?(?:less|fewer|shorter) than (\d+){_CHARACTERS}",),
    "minLength": (
        rf"(?:be |contain |have )?(?:at least|no less than|a minimum of) (\d+){_CHARACTERS}",
    ),
    "between": (rf"(?:be|have a length|contain) between (\d+)\.\.(\d+){_CHARACTERS}",),
    "exactly": (rf"(?:be|have a length of) (?:exactly )?(\d+){_CHARACTERS}",),
    "letters": (rf"be an? (\d)[- ]letter {_CODE}(?: that matches .*)?",),
    "digits": (r"be an? (\d+)[- ]digit number",),
    "uuid": (r"be a valid (?:guid|uuid)",),
    "email": (r"be a valid e-?mail(?: address)?",),
}
_NUMBERS = {
    "exclusiveMinimum": (rf"be (?:greater|more|higher) than {_NUMBER}",),
    "positive": (r"be (?:a )?positive(?: number| amount| value)?",),
    "minimum": (
        rf"be (?:greater than or equal to|greater or equal to|at least) {_NUMBER}",
        rf"be {_NUMBER} or (?:greater|more|higher)",
        rf"not be less than {_NUMBER}",
    ),
    "unsigned": (r"not be (?:a )?negative(?: number| amount| value)?",),
    "exclusiveMaximum": (rf"be (?:less|lower) than {_NUMBER}",),
    "maximum": (
        rf"be (?:less than or equal to|less or equal to|at most|no {_MORE} than) {_NUMBER}",
        rf"(?:not be {_MORE} than|not exceed) {_NUMBER}",
    ),
    "range": (rf"be (?:a number )?between {_NUMBER}\.\.{_NUMBER}",),
    "places": (
        rf"(?:be |have )?(?:a )?{_MAX}(?: of)? (\d){_PLACES}",
        rf"(?:be |have |contain )?(?:up to|at most|no more than) (\d){_PLACES}",
        rf"not (?:have|contain) more than (\d){_PLACES}",
    ),
}
_ITEMS = {
    "maxItems": (
        rf"{_HOLD}{_ONLY} (\d+) {_THINGS}{_TAIL}",
        rf"only have (\d+) {_THINGS} at most",
    ),
    "minItems": (
        rf"{_HOLD}(?:at least|a minimum of) (\d+)(?: {_THINGS})??{_TAIL}",
        # A bare "2 journal lines" may mean "at least": only that half is read.
        rf"contain (\d+) {_THINGS}",
    ),
    "exactItems": (rf"{_HOLD}exactly (\d+) {_THINGS}{_TAIL}",),
    "filled": (r"not be empty",),
}
_FIXED: dict[str, tuple[str, float | str]] = {
    "positive": ("exclusiveMinimum", 0),
    "unsigned": ("minimum", 0),
    "filled": ("minItems", 1),
    "uuid": ("format", "uuid"),
    "email": ("format", "email"),
}
_BOTH_ENDS = {
    "between": ("minLength", "maxLength"),
    "exactly": ("minLength", "maxLength"),
    "range": ("minimum", "maximum"),
    "exactItems": ("minItems", "maxItems"),
}
_PATTERNS = {"letters": "^[A-Za-z]{{{}}}$", "digits": "^[0-9]{{{}}}$"}
_SUBJECT_AND_VERB = r"(?:(?:the )?(?:\w+ ){0,3}?(?:must|should|can|may|cannot) )?"
_FORMS = {
    kind: [
        (form, re.compile(_SUBJECT_AND_VERB + pattern))
        for form, patterns in forms.items()
        for pattern in patterns
    ]
    for kind, forms in {"String": _LENGTHS, "Number": _NUMBERS, "Array": _ITEMS}.items()
}


@dataclass(frozen=True)
class SentenceRule:
    """A JSON Schema keyword and its limit; `required` has the limit 1."""

    keyword: str
    limit: float | str


def read_rules(sentence: str, kind: str, name: str = "") -> list[SentenceRule]:
    """Return the rules in a sentence on a field of that type (`String` ...); none if in doubt.

    The field's name tells whether "two phone numbers" means the entries of that very list.
    """
    text = _IF_GIVEN.sub("", _plain(sentence))
    if _CONDITIONAL.search(text) or _TOO_LONG.search(text):
        return []
    whole = re.sub(r"between (\S+) and (?=[-\d])", r"between \1..", text)
    found: dict[SentenceRule, None] = {}
    for clause in re.split(r",? and |[,;] ", whole):
        if _REQUIRED.fullmatch(clause):
            found[SentenceRule("required", 1)] = None
        for form, pattern in _FORMS.get(kind, ()):
            match = pattern.fullmatch(clause)
            if match and _means_entries_of(name, match):
                limits = [_number(text) for text in match.groups() if text and text[-1].isdigit()]
                found.update(dict.fromkeys(_rules(form, limits)))
    return list(found)


def doubts_requirement(sentence: str) -> bool:
    """Return whether the sentence makes a field's being required depend on something else."""
    return _REQUIREMENT_IN_DOUBT.search(_plain(sentence)) is not None


def words_of(name: str) -> set[str]:
    """Return the words of a field's name, `lineItems` or `Line Items`, in the singular."""
    return {_singular(word.lower()) for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def _plain(sentence: str) -> str:
    if len(sentence) > _LONGEST:
        return ""
    text = " ".join(sentence.lower().split()).rstrip(". ")
    for number, word in enumerate(_NUMBER_WORDS):
        text = re.sub(rf"\b{word}\b", str(number), text)
    return text.replace("a single ", "exactly 1 ").replace("precision must be", "must be")


def _singular(word: str) -> str:
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if word.endswith(plural) and not word.endswith("ss"):
            return word.removesuffix(plural) + singular
    return word


def _means_entries_of(name: str, match: re.Match[str]) -> bool:
    things = match.groupdict().get("things")
    if not things:
        return True
    *kinds, thing = map(_singular, things.split())
    named = words_of(name)
    return thing in named | {"line", "item", "entry"} and named.union(
        {"line", "bill", "payment", "journal"}
    ).issuperset(kinds)


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _rules(form: str, limits: list[float]) -> list[SentenceRule]:
    if form in _FIXED:
        return [SentenceRule(*_FIXED[form])]
    if form in _BOTH_ENDS:
        low, high = _BOTH_ENDS[form]
        return [SentenceRule(low, limits[0]), SentenceRule(high, limits[-1])]
    limit = limits[0]
    if form in _PATTERNS:
        return [SentenceRule("pattern", _PATTERNS[form].format(limit))]
    if form == "places":
        return [SentenceRule("multipleOf", float(f"1e-{limit}"))]
    if form == "shorter":
        return [SentenceRule("maxLength", limit - 1)]
    return [SentenceRule(form, limit)]
