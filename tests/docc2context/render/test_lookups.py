from docc2context.render.lookups import Lookups


def test_lookups_are_kept_by_field_and_item_and_those_before_any_field_are_not() -> None:
    lookups = Lookups()
    lookups.current.append("title")
    lookups.begin_field("abstract")
    lookups.begin_item()
    lookups.current.append("a")
    lookups.begin_field("sections")
    lookups.begin_item()
    lookups.begin_item()
    lookups.current += ["b", "b"]
    assert lookups.by_field == {"abstract": [["a"]], "sections": [[], ["b", "b"]]}
