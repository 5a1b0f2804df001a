"""What `doctor` prints."""

from gateway import run

SECRET = "a-secret-of-the-tests"


def doctor(*arguments, environment):
    result = run("doctor", *arguments, environment=environment, within=20)
    assert SECRET not in result.stdout + result.stderr
    return result


def findings(result):
    """The text behind each label."""
    rows = [line.split(maxsplit=1) for line in result.stdout.splitlines() if line.startswith("  ")]
    return {row[0]: row[1] if len(row) > 1 else "" for row in rows}
