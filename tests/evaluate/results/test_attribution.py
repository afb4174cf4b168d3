from emoarc.evaluate.results._attribution import attribution_section


def _share(value):
    return {"value": value, "low": value - 0.1, "high": value + 0.05}


def test_the_section_has_a_row_for_each_kind_of_recording():
    kind = {
        "people": 2,
        "recordings": 8,
        "seconds": 61.4,
        "live": _share(0.9),
        "end": _share(0.95),
        "lips alone": _share(0.5),
        "less alike": _share(0.7),
    }
    figures = {"protocol": "as drawn", "seed": 7, "fps": 10.0, "kinds": {"two": kind}}
    text = attribution_section(figures)
    assert text.startswith("## Who speaks")
    row = "| two | 8 | 61 | 50.0 % (40.0–55.0) | 90.0 % (80.0–95.0) | 95.0 % (85.0–100.0) "
    row += "| 70.0 % (60.0–75.0) |"
    assert row in text
    assert "Seed 7, 10 frames" in text
