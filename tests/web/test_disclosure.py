"""What leaks beside the values: rare classes, the folders of pictures, a piece of a row in a sentence."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs import runner
from chainhub.jobs.models import JobInput
from chainhub.organizations.models import Organization
from tests.factories import datasets
from tests.hub.datasets.packing import picture, zipped

Browse = Callable[[User | None], Client]
RARE, SICK = "hiv_positive", "diabetes"
COCO = {
    "images": [{"id": n, "file_name": f"{RARE}/{n}.png"} for n in range(8)],
    "annotations": [{"image_id": n, "category_id": n % 2, "bbox": [0, 0, 3, 4]} for n in range(8)],
    "categories": [{"id": 0, "name": RARE}, {"id": 1, "name": SICK}],
}


def seen(browser: Client, dataset: Dataset, *rest: str) -> str:
    """All that these addresses of the dataset's pages and of the API say."""
    said = []
    for one in rest:
        answer = browser.get(("/api/v1" if one.startswith("versions/1/:") else "") + dataset.get_absolute_url()
                             + one.replace(":", ""))  # fmt: skip
        assert answer.status_code == 200, (one, answer.status_code)
        said.append((b"".join(answer.streaming_content) if answer.streaming else answer.content).decode())
    return "\n".join(said)


PROFILE = ("?tab=data", "?tab=data&field=illness", "?tab=about", "versions/1/:profile/", "versions/1/:fields/")


def test_rare_classes_are_told_to_nobody_who_sees_no_rows(
    alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    often, rare = [["age", "illness"], *[[20 + n, ("flu", "cold")[n % 2]] for n in range(60)]], [[70, RARE]]
    dataset = datasets.registered_csv(alice, anvil, often + rare * 3, name="Patients", target="illness")
    grant = datasets.granted(dataset, alliance, alice)
    Dataset.objects.filter(pk=dataset.pk).update(visibility="granted")
    datasets.profiled(dataset.versions.get())
    mine, theirs = seen(browse(alice), dataset, *PROFILE), seen(browse(bob), dataset, *PROFILE)
    assert RARE in mine
    assert RARE not in theirs
    assert "flu" in theirs
    grant.allows_rows = True
    grant.save()
    assert RARE in seen(browse(bob), dataset, "versions/1/:profile/")


ROWS = (
    "?tab=rows", "?tab=rows&q=hiv_", "?tab=rows&filter=path:has:hiv_", "?tab=rows&sort=path", "?tab=data",
    "versions/1/rows/0/", "versions/1/rows.csv", "versions/1/:rows/", "versions/1/:rows/0/", "versions/1/:fields/",
    "versions/1/:profile/", "versions/1/:", "versions/1/:preview/", "croissant.json",
)  # fmt: skip
FOLDERS = {f"{(RARE, SICK)[n % 2]}/{n}.png": picture(n) for n in range(8)} | {f"{RARE}/broken.png": b"no picture"}
NOTED = {f"{RARE}/{n}.png": picture(n) for n in range(8)} | {"notes.json": json.dumps(COCO).encode()}


@pytest.mark.parametrize("members", [FOLDERS, NOTED], ids=["folders", "boxes"])
def test_where_a_label_is_masked_so_is_what_spells_it_out(
    members: dict[str, bytes], alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    dataset = datasets.registered_file(alice, anvil, zipped(members), filename="scans.zip", name="Scans")
    grant = datasets.granted(dataset, alliance, alice)
    grant.allows_rows = grant.allows_download = True
    grant.save()
    datasets.profiled(dataset.versions.get())
    assert RARE in seen(browse(bob), dataset, "?tab=rows")
    assert RARE in seen(browse(bob), dataset, "versions/1/rows.csv")
    mask_the_label(browse(alice), dataset)
    theirs = seen(browse(bob), dataset, *ROWS)
    assert RARE not in theirs
    assert SICK not in theirs
    refused = browse(bob).get(f"/api/v1{dataset.get_absolute_url()}versions/1/rows/", {"filter": f"path:has:{RARE}"})
    assert refused.status_code == 422
    assert RARE in seen(browse(alice), dataset, "versions/1/rows.csv")


def mask_the_label(browser: Client, dataset: Dataset) -> None:
    """The owner masks the label by the page's form."""
    address = dataset.get_absolute_url() + "fields/?field=label"
    assert browser.post(address, {"role": "target", "type": "", "sensitive": "on"}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.field_settings["label"]["sensitive"] is True


def test_a_run_is_told_not_to_quote_the_folders(alice: User, anvil: Organization) -> None:
    scans = datasets.registered_file(alice, anvil, zipped(FOLDERS), filename="scans.zip", name="Scans")
    Dataset.objects.filter(pk=scans.pk).update(field_settings={"label": {"sensitive": True}})
    scans.refresh_from_db()
    assert runner.masked_fields([JobInput(version=scans.versions.get())]) == ("boxes", "label", "path")


def test_a_text_decoded_wrongly_is_not_quoted_to_others(
    alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    rows = [["age", "name"], *[[20 + n, f"Person {n}"] for n in range(30)], [50, "RenÃ©e K."]]
    dataset = datasets.registered_csv(alice, anvil, rows, name="Patients", visibility="granted")
    grant = datasets.granted(dataset, alliance, alice)
    told = ("?tab=data", "versions/1/:")
    assert "Ã©e K." in seen(browse(alice), dataset, *told)
    theirs = seen(browse(bob), dataset, *told)
    assert "Ã©e" not in theirs
    assert "Line 32 holds “a value”" in theirs
    grant.allows_rows = True
    grant.save()
    assert "Ã©e K." in seen(browse(bob), dataset, *told)
    Dataset.objects.filter(pk=dataset.pk).update(field_settings={"name": {"sensitive": True}})
    assert "Ã©e" not in seen(browse(bob), dataset, *told)


SAMPLES = [["age", "nickname", "ward", "illness"]]
SAMPLES += [[20 + n, f"n{n}", "same", ("flu", "cold")[n % 2]] for n in range(60)]
ASKED = (
    "?tab=data&field=illness", "?tab=data&field=nickname", "?tab=about", "compare/?from=1&to=2", "croissant.json",
    "versions/1/:profile/", "versions/1/:fields/", "versions/1/:",
)  # fmt: skip


def test_how_many_values_a_masked_field_has_is_told_to_nobody_else(
    alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    """One value, two, or one for each row: each of them says something of every row that is masked."""
    dataset = datasets.registered_csv(alice, anvil, SAMPLES, name="Patients", target="illness", identifiers=[])
    grant = datasets.granted(dataset, alliance, alice)
    grant.allows_rows = True
    grant.save()
    datasets.next_version(dataset, alice, SAMPLES[:50])
    for version in dataset.versions.all():
        datasets.profiled(version)
    masked = {name: {"sensitive": True} for name in ("nickname", "ward", "illness")}
    Dataset.objects.filter(pk=dataset.pk).update(field_settings=masked)
    address = f"/api/v1{dataset.get_absolute_url()}versions/"
    mine, theirs = (browse(one).get(f"{address}1/profile/").json() for one in (alice, bob))
    assert {one["name"]: one["distinct"] for one in mine["fields"]}["ward"] == 1
    assert [one["name"] for one in mine["fields"] if "relation" in one]
    assert {"age", "illness"} <= set(mine["targets"])
    told = {one["name"]: one for one in [*theirs["fields"], *browse(bob).get(f"{address}1/fields/").json()]}
    for name in masked:
        assert set(told[name]) <= {"name", "type", "kind", "role", "missing", "missing_share", "masked"}
        assert told[name]["kind"] == "text"
    assert told["age"]["distinct"] == 60
    assert not [one["name"] for one in theirs["fields"] if "relation" in one]
    assert (theirs["targets"], theirs["classes"]) == (["age"], [])
    assert [one["name"] for one in browse(bob).get(f"{address}2/differences/", {"with": 1}).json()["fields"]] == ["age"]
    pages = {one: seen(browse(bob), dataset, one) for one in ASKED}
    assert "always the same" not in "".join(pages.values())
    assert "Different values" not in pages["?tab=data&field=illness"]
    assert "Different values" in seen(browse(alice), dataset, "?tab=data&field=illness")
    assert "With the target" not in pages["?tab=data&field=illness"]
    assert "With the target" in seen(browse(alice), dataset, "?tab=data")
    assert "nickname" not in pages["croissant.json"]


def test_of_masked_pictures_no_sizes_are_told(
    alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    dataset = datasets.registered_file(alice, anvil, zipped(FOLDERS), filename="scans.zip", name="Scans")
    datasets.granted(dataset, alliance, alice)
    datasets.profiled(dataset.versions.get())
    address = f"/api/v1{dataset.get_absolute_url()}versions/1/profile/"
    assert browse(bob).get(address).json()["images"]["sizes"]
    Dataset.objects.filter(pk=dataset.pk).update(field_settings={"image": {"sensitive": True}})
    assert "images" not in browse(bob).get(address).json()
    assert browse(alice).get(address).json()["images"]["sizes"]


def test_how_many_values_it_has_cannot_be_read_out_of_the_memory_of_a_job(
    alice: User, bob: User, anvil: Organization, alliance: Collaboration, browse: Browse
) -> None:
    """Whoever may ask for a very wide layer gets an estimate that grows with each value of a field."""

    def megabytes(person: User, dataset: Dataset) -> int:
        asked = {
            "title": "T", "organization": person.memberships.get().organization.slug, "target": "sick",
            "fields": ["ward"],
            "collaboration": alliance.slug, "recipe": "tabular",
            "inputs": [{"dataset": f"anvil/{dataset.slug}", "version": 1}], "parameters": {"hidden_layers": [4096]},
        }  # fmt: skip
        answer = browse(person).post("/api/v1/jobs/estimate/", asked, content_type="application/json")
        assert answer.status_code == 200, answer.content
        found: int = answer.json()["memory_mb"]
        return found

    few, many = (
        datasets.registered_csv(
            alice,
            anvil,
            [["age", "ward", "sick"], *[[n, f"w{n % wards}", n % 2] for n in range(800)]],
            name=f"N{wards}",
        )
        for wards in (2, 60)
    )
    for one in (few, many):
        datasets.granted(one, alliance, alice)
    assert megabytes(bob, many) > megabytes(bob, few)
    Dataset.objects.update(field_settings={"ward": {"sensitive": True}})
    assert megabytes(bob, many) == megabytes(bob, few)
    assert megabytes(alice, many) > megabytes(alice, few)
