"""Word of how far a run is: one line in a terminal, a line for each job elsewhere."""

import io

from analysis.national.progress import WIDTH, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream) -> str:
    with Progress(3, stream) as progress:
        progress.begun("kent_2019-20/taser")
        progress.begun("kent_2019-20/injuries")
        progress.ended("kent_2019-20/taser", failed=True)
        progress.ended("kent_2019-20/injuries", failed=False)
    return stream.getvalue()


def test_without_a_terminal_a_line_for_each_job_that_has_ended():
    assert shown(io.StringIO()) == (
        "0 of 3 done, 1 running, 1 failed, 1 left: kent_2019-20/taser failed\n"
        "1 of 3 done, 0 running, 1 failed, 1 left: kent_2019-20/injuries done\n"
    )


def test_in_a_terminal_one_line_written_anew():
    text = shown(Terminal())
    assert text.count("\n") == 1 and text.endswith("\n")
    lines = text.strip("\r\n").split("\r")
    assert {len(line) for line in lines} == {WIDTH}  # so that nothing of a longer line is left
    assert lines[0].startswith("0 of 3 done, 1 running, 0 failed, 2 left: kent_2019-20/taser")
    assert lines[-1].startswith("1 of 3 done, 0 running, 1 failed, 1 left:")
