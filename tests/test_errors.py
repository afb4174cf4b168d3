import inspect

import pytest

from emoarc import errors

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_public_and_in_the_tree(error):
    assert error.__name__ in errors.__all__
    assert issubclass(error, errors.EmoarcError)
    assert f"{error.__name__} (" in errors.__doc__ or error.__bases__[0].__name__ == "InputError"


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.EmoarcError, 1), (errors.OptionError, 2), (errors.LimitError, 3),
     (errors.MediaFormatError, 3), (errors.OutputError, 3), (errors.NothingToAnalyzeError, 4),
     (errors.ModelError, 5)],
)  # fmt: skip
def test_exit_codes(error, code):
    assert error.exit_code == code
