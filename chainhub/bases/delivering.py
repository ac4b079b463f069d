"""How both doors hand out a base model's files, where its licence lets them."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import record
from chainhub.bases.licences import may_be_passed_on
from chainhub.bases.models import BaseModel
from chainhub.core.errors import NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.repositories.models import CommitFile
from chainhub.repositories.serving import answer_blob, begins

NOT_PASSED_ON = gettext_noop(
    "The hub does not know that the licence of “%(name)s” (%(licence)s) allows copies to be passed on; take the files "
    "from where they were published: %(source)s."
)
MADE_HERE = gettext_noop("“%(name)s” was made on this hub; its files are on the page of the model.")
TAKEN = gettext_noop("%(path)s of the base model “%(name)s” was downloaded.")


def check_may_leave(base: BaseModel) -> None:
    """Raises `NotAllowedError` where the licence is not known to allow it, or the model's own page hands it out."""
    if base.collaboration_id is not None:
        raise NotAllowedError(MADE_HERE, name=base.name)
    if not may_be_passed_on(base.licence):
        raise NotAllowedError(NOT_PASSED_ON, name=base.name, licence=base.licence, source=base.source)


def base_file_answer(request: HttpRequest, base: BaseModel, entry: CommitFile, *, actor: User) -> HttpResponseBase:
    """One file; who takes it is written down."""
    check_may_leave(base)
    if request.method == "GET" and begins(request):
        said = sentence(TAKEN, path=entry.path, name=base.name)
        url = base.get_absolute_url()
        record("model.base-downloaded", said, actor=actor, topics=[base.organization.topic], target_url=url)
    return answer_blob(request, entry.blob, filename=entry.path.rsplit("/", 1)[-1])
