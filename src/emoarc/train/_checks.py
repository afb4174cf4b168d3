"""Checks of the numbers in options, by their names."""

from emoarc.errors import OptionError

__all__ = ["check_from_zero", "check_positive", "check_share"]


def check_positive(**values: float) -> None:
    """Refuse what is not a positive number.

    Raises:
        OptionError: A value is none.
    """
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise OptionError(f"{name}: must be positive, not {value}")


def check_from_zero(**values: float) -> None:
    """Refuse what is neither 0 nor a positive number.

    Raises:
        OptionError: A value is none of them.
    """
    for name, value in values.items():
        if not 0 <= value < float("inf"):
            raise OptionError(f"{name}: must be 0 or more, not {value}")


def check_share(**values: float | None) -> None:
    """Refuse a share outside of [0, 1], by its name; None passes.

    Raises:
        OptionError: A value is no share.
    """
    for name, value in values.items():
        if value is not None and not 0 <= value <= 1:
            raise OptionError(f"{name}: is a share, from 0 to 1, not {value}")
