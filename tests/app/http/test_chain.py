"""The protocol's docstring names the modules of its chain."""

from app.http import protocol


def test_the_modules_of_the_chain_are_named_in_its_order() -> None:
    modules = [base.__module__ for base in reversed(protocol.BoundedProtocol.__mro__)]
    chain = [name.removeprefix("app.http.") for name in modules if name.startswith("app.http.")]
    assert chain[-1] == "protocol"
    told = " ".join((protocol.__doc__ or "").split())
    assert told.endswith(f"of the module before it: {', '.join(chain[:-1])}.")
