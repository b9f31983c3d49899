import tracemalloc

from docc2context.render.remarks import bold_label


def test_long_labels_are_bold_too_and_not_kept() -> None:
    tracemalloc.start()
    try:
        assert [bold_label(digit * 1_000_000)[:4] for digit in "0123"] == [
            "**00",
            "**11",
            "**22",
            "**33",
        ]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
