"""What the OpenAPI document says beyond what the views say themselves: bearer tokens, scopes, and problems."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object

from chainhub.api.authentication import needed_scope
from chainhub.api.http import PROBLEM

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457: what was refused, and why.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for a person, in the language asked for."},
        "code": {"type": "string", "description": "A constant for programs."},
        "errors": {"description": "Sentences by field, where fields are at fault."},
    },
    "required": ["type", "title", "status", "detail", "code"],
}
REFUSALS = {
    "400": "What was sent cannot be read.",
    "401": "Nobody is signed in, or the token is not valid.",
    "403": "The person or the token may not do this.",
    "404": "There is nothing here that you may see.",
}


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer chh_…` in the document."""

    target_class = "chainhub.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A token made on the person's page of tokens."""
        return dict(build_bearer_security_scheme_object("Authorization", "Bearer", bearer_format="chh_…"))


class Session(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session in the document."""

    target_class = "chainhub.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Django's session cookie; unsafe methods also need the CSRF header."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class ScopedSchema(AutoSchema):
    """Says beside each operation which scope a token needs."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own, not DRF's
        """The view's words, then the scope."""
        words = super().get_description() or ""
        scope = needed_scope(self.method, self.view)
        return f"{words}\n\nScope of the token: `{scope}`.".strip()


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation may be refused, always in the same form."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, description in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
