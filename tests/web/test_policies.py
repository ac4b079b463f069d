"""Pages of terms: the owner's offer, a request, the negotiation, the agreement, and what taking data back did."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from chainhub.datasets.models import Dataset, Grant
from chainhub.policies import services
from chainhub.policies.models import AccessRequest, SignedAgreement, WithdrawalReport
from chainhub.policies.terms import Terms
from chainhub.registry.services import record_download
from tests.factories import datasets as make
from tests.factories import jobs
from tests.factories.models import publish
from tests.printed import words_in

Browse = Callable[[Any], Client]
FORM: dict[str, Any] = {"training": "train-pooled", "rows": "none", "models_may_leave": "on", "max_jobs": "7"}


@pytest.fixture
def bearings(alice: Any, anvil: Any) -> Dataset:
    return make.registered_csv(alice, anvil, visibility="hub", target="sick")


@pytest.fixture
def asked(bob: Any, borealis: Any, bearings: Any, alliance: Any) -> AccessRequest:
    return services.request_access(
        bearings, alliance, borealis, actor=bob, purpose="Find <b>worn</b> bearings", terms=Terms(max_jobs=50)
    )


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_owner_offers_and_everybody_reads_sentences(
    browse: Browse, alice: Any, bob: Any, bearings: Dataset, alliance: Any
) -> None:
    page = bearings.get_absolute_url()
    client = browse(alice)
    assert "At least three organizations in the pool" in text(client, f"{page}policy/?template=careful")
    preview = client.post(f"{page}policy/preview/", FORM).content.decode()
    assert "At most 7 training jobs may use it, however often" in preview
    assert (
        "must permit something"
        in client.post(f"{page}policy/preview/", {"training": "none", "rows": "none"}).content.decode()
    )
    assert client.post(f"{page}policy/", FORM).status_code == 302
    seen = text(browse(bob), f"{page}?tab=use")
    assert "At most 7 training jobs may use it, however often" in seen
    assert f"{page}request/" in seen
    with translation.override("zh-hans"):
        chinese = browse(bob).get(f"{page}?tab=use", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "最多可用于7个训练任务，授权续期不重新计数" in chinese
    policy = browse(bob).get(f"{page}policy/odrl.json").json()
    assert {"leftOperand": "chainhub:jobsUnderAgreement", "operator": "lteq", "rightOperand": 7} in policy[
        "permission"
    ][0]["constraint"]
    assert browse(bob).get(f"{page}policy/").status_code == 403


def test_from_the_request_to_the_signed_page(
    browse: Browse, alice: Any, bob: Any, bearings: Dataset, alliance: Any, borealis: Any
) -> None:
    page = bearings.get_absolute_url()
    sent = browse(bob).post(
        f"{page}request/",
        {**FORM, "organization": "borealis", "collaboration": alliance.slug, "purpose": "Wear", "max_jobs": "50"},
    )
    asked = AccessRequest.objects.get()
    assert sent["Location"] == asked.get_absolute_url()
    assert "asks to use your data" in text(browse(alice), "/inbox/")
    assert "Your turn" in text(browse(alice), "/access-requests/")
    offered = browse(alice).post(f"{asked.get_absolute_url()}counter/", {**FORM, "max_jobs": "10", "note": "Fewer"})
    assert offered.status_code == 302
    seen = text(browse(bob), asked.get_absolute_url())
    assert 'data-change="max_jobs"' in seen
    assert "permits less" in seen
    assert "<mark>At most 10 training jobs may use it, however often" in seen
    assert "offers other terms than you asked for" in text(browse(bob), "/inbox/")
    done = browse(bob).post(f"{asked.get_absolute_url()}answer/", {"do": "accept", "read": "2"})
    agreement = SignedAgreement.objects.get()
    assert done["Location"] == agreement.get_absolute_url()
    assert Grant.objects.get().organization == borealis
    shown = text(browse(alice), agreement.get_absolute_url())
    assert agreement.sha256 in shown
    assert "数据使用约定" in shown
    plain = browse(alice).get(f"{agreement.get_absolute_url()}agreement.txt").content
    assert plain.decode() == agreement.text
    assert browse(alice).get(f"{agreement.get_absolute_url()}odrl.json").json()["@type"] == "Agreement"


def test_a_refused_request_keeps_what_was_typed_and_leads_to_the_open_one(
    browse: Browse, bob: Any, alice: Any, bearings: Dataset, alliance: Any, asked: AccessRequest
) -> None:
    page, purpose = f"{bearings.get_absolute_url()}request/", "A long story of worn bearings"
    sent = {**FORM, "organization": "borealis", "collaboration": alliance.slug, "purpose": purpose}
    twice = browse(bob).post(page, sent).content.decode()
    assert "negotiates about this dataset already" in twice
    assert f'href="{asked.get_absolute_url()}"' in twice
    assert purpose in twice
    services.terminate(asked, actor=alice)
    Dataset.objects.update(withdrawn_at=bearings.created_at, visibility="hub")
    countered = browse(bob).post(f"{asked.get_absolute_url()}counter/", {**FORM, "note": "Once more, please"})
    assert "The negotiation has moved on" in countered.content.decode()
    assert "Once more, please" in countered.content.decode()


def test_a_preview_takes_every_name_that_the_form_takes(
    browse: Browse, alice: Any, bearings: Dataset, alliance: Any, cobalt: Any
) -> None:
    """The policy names Cobalt, which shares no collaboration with Anvil any more; the form keeps it, so does this."""
    services.set_policy(bearings, Terms(organizations=("cobalt",)), actor=alice)
    page = bearings.get_absolute_url()
    kept = {**FORM, "organizations": "cobalt"}
    assert "Only these organizations may use the data: Cobalt Bank." in (
        browse(alice).post(f"{page}policy/preview/", kept).content.decode()
    )
    assert browse(alice).post(f"{page}policy/", kept).status_code == 302


def test_who_may_only_read_sees_no_buttons_and_outsiders_see_nothing(
    browse: Browse, erin: Any, carol: Any, asked: AccessRequest
) -> None:
    seen = text(browse(erin), asked.get_absolute_url())
    assert 'name="do"' not in seen
    assert "&lt;b&gt;worn" in seen
    for part in ("", "answer/", "counter/"):
        assert browse(carol).get(asked.get_absolute_url() + part).status_code in {404, 405}


def test_no_note_is_a_line_in_which_enter_would_decide(
    browse: Browse, alice: Any, anvil: Any, borealis: Any, dora: Any, alliance: Any, asked: AccessRequest
) -> None:
    """Alice decides about a request, and about a job, in the inbox and on its page."""
    theirs = jobs.make_version(anvil, alice, name="Ours")
    services.grant_on_terms(theirs.dataset, alliance, actor=alice, terms=Terms(ask_each_job=True))
    job = jobs.make_job(dora, borealis, alliance, [theirs])
    for address in (asked.get_absolute_url(), "/inbox/", job.get_absolute_url()):
        seen = text(browse(alice), address)
        assert re.search(r'<textarea[^>]*name="note"', seen), address
        assert not re.search(r'<input[^>]*name="note"', seen), address
    assert "Sign the agreement on “Bearings”?" in text(browse(alice), asked.get_absolute_url())


def test_either_side_ends_it(browse: Browse, bob: Any, asked: AccessRequest) -> None:
    browse(bob).post(f"{asked.get_absolute_url()}answer/", {"do": "end", "note": "Not now"})
    asked.refresh_from_db()
    assert asked.status == "terminated"
    assert "Not now" in text(browse(bob), asked.get_absolute_url())


def test_the_pdf_holds_parties_people_hash_and_both_languages(browse: Browse, alice: Any, asked: AccessRequest) -> None:
    services.accept(asked, actor=alice, read=1)
    agreement = SignedAgreement.objects.get()
    answer = browse(alice).get(f"{agreement.get_absolute_url()}agreement.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    words = words_in(answer.content)
    for part in (agreement.sha256, "Anvil Steel", "Borealis Motors", "Alice", "Bob"):
        assert part in words, part
    assert "数据所有者" in words
    assert browse(alice).get(f"{agreement.get_absolute_url()}agreement.pdf").content == answer.content


def test_taking_back_shows_first_and_reports_after(
    browse: Browse, alice: Any, anvil: Any, borealis: Any, dora: Any, bob: Any, alliance: Any
) -> None:
    ours = make.registered_csv(alice, anvil, name="Ours").versions.get()
    theirs = make.registered_csv(dora, borealis, name="Theirs").versions.get()
    Dataset.objects.update(visibility="granted")
    for version, by in ((ours, alice), (theirs, dora)):
        jobs.grant(version, alliance, by)
    made = publish(jobs.make_job(alice, anvil, alliance, [ours, theirs], title="Learnt", target="sick"))
    record_download(made, path="model.safetensors", actor=bob)
    waits = jobs.make_job(alice, anvil, alliance, [ours, theirs], title="Waits", target="sick")
    page = ours.dataset.get_absolute_url()
    first = text(browse(alice), f"{page}take-back/")
    for part in ("Waits", "Learnt v1", "model.safetensors", "Bob"):
        assert part in first
    assert WithdrawalReport.objects.count() == 0
    answer = browse(alice).post(f"{page}withdraw/", {"reason": "Wrong sensor"})
    report = WithdrawalReport.objects.get()
    assert answer["Location"] == report.get_absolute_url()
    after = text(browse(alice), report.get_absolute_url())
    for part in (f"#{waits.pk} Waits", "waiting: canceled", "Learnt v1", "Bob", f"clone={made.job_id}&amp;without="):
        assert part in after
    assert report.get_absolute_url() in text(browse(alice), f"{page}?tab=use")
    assert browse(bob).get(report.get_absolute_url()).status_code == 404
    anew = text(browse(alice), f"/jobs/new/?clone={made.job_id}&without={ours.dataset_id}")
    assert "Theirs" in anew
    assert re.search(rf'value="{theirs.pk}"[^>]*checked|checked[^>]*value="{theirs.pk}"', anew)


def test_revoking_one_grant_reports_what_was_stopped_there(
    browse: Browse, alice: Any, anvil: Any, alliance: Any
) -> None:
    ours = jobs.make_version(anvil, alice, name="Ours")
    grant = jobs.grant(ours, alliance, alice)
    job = jobs.make_job(alice, anvil, alliance, [ours])
    page = ours.dataset.get_absolute_url()
    assert job.title in text(browse(alice), f"{page}take-back/?grant={grant.pk}")
    answer = browse(alice).post(f"{page}grants/{grant.pk}/revoke/")
    job.refresh_from_db()
    assert job.status == "canceled"
    report = WithdrawalReport.objects.get()
    assert answer["Location"] == report.get_absolute_url()
    assert (report.grant, [one["number"] for one in report.found["jobs"]]) == (grant, [job.pk])


def test_a_refused_launch_stays_on_the_form_and_says_which_term(
    browse: Browse, alice: Any, anvil: Any, borealis: Any, dora: Any, alliance: Any
) -> None:
    theirs = jobs.make_version(borealis, dora, name="Theirs")
    Dataset.objects.update(visibility="granted")
    services.grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(uses=("evaluate",)))
    seen = text(browse(alice), f"/jobs/new/?collaboration={alliance.slug}")
    assert "Theirs" not in seen
    data = {
        "collaboration": alliance.slug, "organization": "anvil", "recipe": "tabular", "seen": "goal", "step": "recipe",
    }  # fmt: skip
    seen = browse(alice).post("/jobs/new/", data).content.decode()
    assert "Its terms permit evaluating models with it, not training." in seen


def test_a_model_that_stays_has_no_download(
    browse: Browse, alice: Any, anvil: Any, borealis: Any, dora: Any, alliance: Any
) -> None:
    theirs = jobs.make_version(borealis, dora, name="Theirs")
    services.grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(models_may_leave=False))
    version = publish(jobs.make_job(alice, anvil, alliance, [theirs]))
    address = version.model.get_absolute_url()
    assert "Stays on the hub" in text(browse(alice), address)
    for tab in ("overview", "files", "use"):
        assert "Its terms keep models" in text(browse(alice), f"{address}?tab={tab}")
    assert "/versions/1/predict/" in text(browse(alice), f"{address}?tab=use")
    assert "Run it without ChainHub" not in text(browse(alice), f"{address}?tab=use")
    assert "Run it without ChainHub" in text(browse(dora), f"{address}?tab=use")
    assert browse(alice).get(f"{address}v1/download/").status_code == 302, "led back with the reason"
    assert not version.downloads.exists()
    assert browse(dora).get(f"{address}v1/download/").status_code == 200
