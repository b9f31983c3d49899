import tracemalloc

from docc2context.render.block import strong


def test_long_labels_are_bold_too_and_not_kept() -> None:
    tracemalloc.start()
    try:
        assert [strong(digit * 1_000_000)[:4] for digit in "0123"] == [
            "**00",
            "**11",
            "**22",
            "**33",
        ]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
