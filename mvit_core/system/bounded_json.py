"""JSON from outside: whatever is wrong with a text is one kind of error.

The reader of Python has three: of the language, of brackets deeper than its stack, and of numbers
with thousands of digits. Whoever catches one of them forgets the others.
"""

import json
from typing import Any

__all__ = ["BadJson", "load_json"]


class BadJson(ValueError):  # noqa: N818 - named for what it tells of
    """A text that is no JSON, or beyond what Python reads.

    The message goes on after the name of the text.
    """


def load_json(text: str | bytes) -> Any:  # noqa: ANN401
    """The value of a JSON text.

    Args:
        text: one value, UTF-8 where it is bytes; whoever reads the file bounds its size.

    Raises:
        BadJson: it is no JSON, nested too deeply, or holds a number of thousands of digits.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise BadJson("is nested too deeply to be read") from error
    except ValueError as error:
        raise BadJson(f"is not JSON: {error}") from error
