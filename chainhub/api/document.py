"""How the OpenAPI document is made; part of the settings, so it imports nothing."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "TITLE": "ChainHub API",
    "DESCRIPTION": "Everything that the pages do, for programs.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    # Nothing is asked of an address outside: the hub runs in closed networks.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayRequestDuration": True, "validatorUrl": None},
    "ENUM_NAME_OVERRIDES": {
        "JobStatus": "chainhub.jobs.models.Status",
        "ApprovalStatus": "chainhub.jobs.models.ApprovalStatus",
        "ParticipantStatus": "chainhub.collaborations.models.ParticipantStatus",
        "VersionStatus": "chainhub.datasets.models.VersionStatus",
        "DatasetKind": "chainhub.datasets.models.Kind",
        "FieldRole": "chainhub.datasets.roles.FieldRole",
        "MemberRole": "chainhub.organizations.models.Role",
        "NegotiationState": "chainhub.policies.states.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "chainhub.api.schema.add_problems",
    ],
}
