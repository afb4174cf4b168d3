def test_the_doctor_finds_this_installation_well(emoarc):
    outcome = emoarc("doctor")
    assert outcome.code == 0, outcome.out
    assert "self-test" in outcome.out
    assert "broken" not in outcome.out
    assert "voice-expression: verified" in outcome.out
