"""Codat's published description of its API, and answers held against it."""

from jsonschema import FormatChecker
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.published_documents import published


class Description:
    """The published description, and answers held against it."""

    def __init__(self):
        self._document = published("openapi_push.json")
        resource = DRAFT202012.create_resource(self._document)
        self._validators = {}
        self._registry = Registry().with_resource("api", resource)

    def check(self, path, method, answer):
        responses = self._document["paths"][path][method]["responses"]
        described = responses[str(answer.status_code)]
        if "$ref" in described:
            described = self._document["components"]["responses"][described["$ref"].split("/")[-1]]
        self.check_schema(described["content"]["application/json"]["schema"], answer.json())

    def check_schema(self, schema, document):
        pointer = schema["$ref"]
        if pointer not in self._validators:
            self._validators[pointer] = OAS31Validator(
                {"$ref": f"api{pointer}"},
                registry=self._registry,
                format_checker=FormatChecker(),
            )
        self._validators[pointer].validate(document)
