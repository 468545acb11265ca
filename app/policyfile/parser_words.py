"""What the YAML parser and the file system say, in Dutch; they themselves know English only."""

from __future__ import annotations

import errno

PARSER: dict[str, str] = {
    "could not find expected ':'": "hier ontbreekt een dubbele punt",
    "did not find expected '-' indicator": "hier hoort een streepje (-); kijk naar het inspringen",
    "did not find expected ',' or ']'": "hier ontbreekt een komma of ]",
    "did not find expected ',' or '}'": "hier ontbreekt een komma of }",
    "did not find expected key": "hier hoort een sleutel; kijk naar het inspringen",
    "found unexpected end of stream": "een aanhalingsteken is niet gesloten",
    "found character that cannot start any token": "zo begint geen waarde; zet haar tussen aanhalingstekens",
    "found unknown escape character": "achter \\ staat een teken dat daar niet kan",
    "mapping values are not allowed in this context": "een dubbele punt te veel, of te ver ingesprongen",
    "block sequence entries are not allowed in this context": "een streepje (-) kan hier niet; let op het inspringen",
}
FILES: dict[int, str] = {
    errno.ENOENT: "er is geen bestand met deze naam",
    errno.ENOTDIR: "er is geen map met deze naam",
    errno.EISDIR: "dit is een map",
    errno.EACCES: "deze gebruiker mag het niet lezen",
}


def parser_says(problem: str, language: str) -> str:
    """What the YAML parser finds wrong; what stands in no list stays in its own words."""
    return PARSER.get(problem, problem) if language == "nl" else problem


def file_says(error: OSError, language: str) -> str:
    """Why a file cannot be read; what stands in no list stays in the system's words."""
    own = error.strerror or type(error).__name__
    return FILES.get(error.errno or 0, own) if language == "nl" else own
