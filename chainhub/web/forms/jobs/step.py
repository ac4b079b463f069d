"""What the steps of a launch have in common: each knows what the steps before it have settled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise, cached_property

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.catalogue import Recipe
from chainhub.jobs.fields import ignored_fields
from chainhub.organizations.models import Organization

WISHED = "wished"  # the recipe that whoever led here proposes


@dataclass
class Known:
    """What is settled so far, and by whom it is asked; what was proposed beforehand is shown and settles nothing."""

    user: User
    acting: Organization | None
    collaboration: Collaboration | None = None
    organization: Organization | None = None
    recipe: Recipe | None = None
    base: BaseModel | None = None
    versions: Sequence[DatasetVersion] = ()
    asked: dict[str, Any] = field(default_factory=dict)  # as `propose_job` takes it
    proposed: Mapping[str, Any] = field(default_factory=dict)  # as the form's controls would send it

    def proposes(self, recipe: str) -> bool:
        """Whether that recipe is the one that was proposed."""
        return self.proposed.get(WISHED) == recipe

    def need_collaboration(self) -> Collaboration:
        """For the step that stands on the first one."""
        if self.collaboration is None:
            raise LookupError("an earlier step is not settled")
        return self.collaboration

    def need(self) -> tuple[Collaboration, Organization, Recipe]:
        """For the steps that stand on the first two."""
        if self.collaboration is None or self.organization is None or self.recipe is None:
            raise LookupError("an earlier step is not settled")
        return self.collaboration, self.organization, self.recipe


class Step(forms.Form):
    """One page of the form; `settle` writes into `known` what it has found out."""

    key: ClassVar[str]
    title: ClassVar[str | Promise]

    def __init__(self, *args: Any, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on what is known."""

    def settle(self) -> None:
        """After validation."""

    def without_ignored(self, names: Iterable[str], control: str) -> list[str]:
        """All but what an owner says to ignore, unless that very one was chosen: a job may have been cloned with it."""
        chosen = self.data.get(control)
        return [name for name in names if name == chosen or name not in self._ignored]

    @cached_property
    def _ignored(self) -> set[str]:
        return ignored_fields(self.known.versions)

    def refuse(self, refusal: InvalidInputError) -> None:
        """Beside the field at fault where the form has it."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
