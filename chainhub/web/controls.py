"""A form field as the page draws it: which component, which classes, which ids describe it."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

CLASSES: list[tuple[type[forms.Widget], str]] = [
    (forms.Textarea, "textarea"),
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, ""),
    (forms.Select, "select"),
]


class Control:
    """A bound field and how it is drawn; `components/field.html` reads it."""

    def __init__(self, bound: BoundField, *, unit: str = "") -> None:
        self.bound = bound
        self.unit = unit or getattr(bound.field, "unit", "")
        self.widget = bound.field.widget

    @property
    def kind(self) -> str:
        """Which branch of the template: choice, group, checklist, range, date, hidden or plain."""
        if self.bound.is_hidden:
            return "hidden"
        if isinstance(self.widget, forms.CheckboxSelectMultiple):
            return "checklist"
        if isinstance(self.widget, forms.RadioSelect):
            return "group"
        if isinstance(self.widget, forms.CheckboxInput):
            return "choice"
        kind = self.widget.attrs.get("type") or getattr(self.widget, "input_type", "")
        return kind if kind in {"range", "date"} else "plain"

    @property
    def help_id(self) -> str:
        return f"{self._id}-help"

    @property
    def error_id(self) -> str:
        return f"{self._id}-error"

    @property
    def _id(self) -> str:
        """Without spaces, which part the ids of a list: a column of people's data may be called “fixed acidity”."""
        return "-".join(str(self.bound.auto_id).split())

    @property
    def described_by(self) -> str:
        parts = [self.help_id] if self.bound.help_text else []
        return " ".join([*parts, self.error_id] if self.bound.errors else parts)

    @property
    def input(self) -> SafeString:
        """The control itself, with our class and its descriptions."""
        attributes: dict[str, Any] = {}
        own = next((css for widget, css in CLASSES if isinstance(self.widget, widget)), "input")
        given = str(self.widget.attrs.get("class", ""))
        if css := f"{own} {given}".strip():
            attributes["class"] = css
        if self.described_by:
            attributes["aria-describedby"] = self.described_by
        return self.bound.as_widget(attrs=attributes)

    @property
    def depends(self) -> SafeString:
        """`data-when-…` of a field that is shown only while another has a value (see docs/frontend.md)."""
        field = self.bound.field
        name, value = getattr(field, "when_field", ""), getattr(field, "when_value", "")
        if not name:
            return SafeString("")
        return format_html(' data-when-field="{}" data-when-value="{}"', name, value)
