"""A dataset as Croissant 1.1 (JSON-LD): what MLCommons' `mlcroissant` and search engines read.

Files and records are told only to who may take the files; others get the description alone. Fields that a person may
not see are in neither. Every file is named by its commit, because clients keep what an address gave them for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chainhub.datasets import permissions
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.cardparts import citation_of
from chainhub.datasets.disclosure import masked_for
from chainhub.datasets.licences import spdx_address, spdx_names
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.repositories.models import CommitFile

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
RECORDS = "rows"
TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "image": "sc:ImageObject"}
FORMATS = {
    ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".parquet": "application/x-parquet",
    ".json": "application/json", ".jsonl": "application/jsonlines", ".zip": "application/zip",
    ".gz": "application/gzip", ".tar": "application/x-tar",
}  # fmt: skip
# The context that the specification asks for, whole: a reader warns about each term that is left out.
CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip

Json = dict[str, Any]


def croissant(dataset: Dataset, version: DatasetVersion, *, user: Any, hub: str) -> Json:
    """The version as the person may read it; `hub` is where the hub is reached, such as `https://hub.example.org`."""
    masked = masked_for(user, dataset)
    fields = [field for field in version.inspection.get("fields", []) if field["name"] not in masked]
    described = _description(dataset, version, hub)
    if not permissions.may_take_files(user, dataset):
        measured = [{"@type": "PropertyValue", "name": field["name"]} for field in fields]
        return {**described, "variableMeasured": measured} if measured else described
    files = CommitFile.objects.filter(commit=version.commit_id).select_related("blob")
    return {**described, "distribution": _files(dataset, version, files, hub), "recordSet": [_records(fields)]}


def _description(dataset: Dataset, version: DatasetVersion, hub: str) -> Json:
    address = hub + dataset.get_absolute_url()
    owner = dataset.organization
    names = spdx_names(dataset.licence)
    told: Json = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": dataset.name,
        "description": dataset.said_summary.text or dataset.said_card.text or dataset.name,
        "url": address,
        # Where no public licence is named, what one may do stands in the terms on the dataset's page.
        "license": [spdx_address(name) for name in names] or [dataset.licence or f"{address}?tab=use"],
        "version": f"{version.number}.0.0",
        "datePublished": version.created_at.date().isoformat(),
        "creator": {"@type": "sc:Organization", "name": owner.name, "url": hub + owner.get_absolute_url()},
        "citeAs": citation_of(dataset) or _citation(dataset, version, address),
    }
    return told | ({"sameAs": dataset.source_url} if dataset.source_url else {})


def _citation(dataset: Dataset, version: DatasetVersion, address: str) -> str:
    year = version.created_at.year
    return f"{dataset.organization.name} ({year}): {dataset.name}, version {version.number}. {address}"


def _files(dataset: Dataset, version: DatasetVersion, files: Iterable[CommitFile], hub: str) -> list[Json]:
    assert version.commit is not None  # noqa: S101 - a usable version has one
    base = f"{hub}{dataset.get_absolute_url()}resolve/{version.commit.oid}/"
    return [
        {
            "@type": "cr:FileObject",
            "@id": one.path,
            "name": one.path,
            "contentUrl": base + quote(one.path),
            "contentSize": f"{one.blob.size} B",
            "encodingFormat": _format(one.path),
            "sha256": one.blob.sha256,
        }
        for one in files
    ]


def _format(path: str) -> str:
    return next((kind for end, kind in FORMATS.items() if path.lower().endswith(end)), "application/octet-stream")


def _records(fields: Sequence[Mapping[str, Any]]) -> Json:
    """Out of the form in which training reads it: one file, whatever the original was."""
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS,
        "name": RECORDS,
        "field": [
            {
                "@type": "cr:Field",
                "@id": name,
                "name": field["name"],
                "dataType": TYPES.get(field.get("type", ""), "sc:Text"),
                "source": {"fileObject": {"@id": TRAINING_FILE}, "extract": {"column": field["name"]}},
            }
            for name, field in zip(_names([field["name"] for field in fields]), fields, strict=True)
        ],
    }


def _names(columns: Sequence[str]) -> list[str]:
    """One name within the document for each column: no spaces, which readers refuse, and none twice."""
    names: dict[str, None] = {}
    for number, column in enumerate(columns):
        name = f"{RECORDS}/{'_'.join(column.split())}"
        names[name if name not in names else f"{name}-{number}"] = None
    return list(names)
