"""Reading questions that hold pictures, which are larger than what people send in forms."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser, JSONParser


class QuestionParser(BaseParser):
    """JSON past Django's limit for a body in memory, and so only where the view has weighed the whole before."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """As DRF's own, which Django's limit holds for, does. Raises `ParseError`."""
        return JSONParser().parse(stream, media_type, parser_context)
