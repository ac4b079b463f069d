"""Forms of the job pages: the steps of a launch, and the list's filters."""

from chainhub.web.forms.jobs.compute import ComputeStep
from chainhub.web.forms.jobs.data import DataStep
from chainhub.web.forms.jobs.fields import FieldsStep
from chainhub.web.forms.jobs.filters import DecisionForm, JobFilter
from chainhub.web.forms.jobs.goal import GoalStep, RecipeStep
from chainhub.web.forms.jobs.parameters import ParametersStep
from chainhub.web.forms.jobs.review import ReviewStep
from chainhub.web.forms.jobs.step import Known, Step

STEPS: tuple[type[Step], ...] = (GoalStep, RecipeStep, DataStep, FieldsStep, ParametersStep, ComputeStep, ReviewStep)

__all__ = ["STEPS", "DecisionForm", "JobFilter", "Known", "Step"]
