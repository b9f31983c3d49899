"""The program `docc2context`: outside of the package, whose import takes a third of a second."""

import signal


def run() -> None:
    """Run the command line; till it has begun, Ctrl-C just ends it, without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from docc2context.cli import run as run_command_line  # noqa: PLC0415  # slow, as said above

    run_command_line()


if __name__ == "__main__":
    run()
