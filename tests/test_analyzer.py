import pytest

from emoarc import AnalysisOptions
from emoarc.errors import OptionError

NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("start", value) for value in (NAN, -1.0, float("inf"))),
        *(("end", value) for value in (NAN, 0.0)),
        *(("threads", value) for value in (-3, 0, 2.5, NAN)),
        *(("fps", value) for value in (NAN, 0.0)),
        ("speakers", "no"),
        ("modalities", ("smell",)),
        ("voice_relative", NAN),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_said(name, value):
    with pytest.raises(OptionError, match=name) as caught:
        AnalysisOptions(**{name: value})
    assert "\n" not in str(caught.value)
