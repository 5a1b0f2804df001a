"""What every problem document of the gateway has in common (RFC 9457)."""

MEMBERS = {"type", "code", "title", "status", "detail", "instance", "requestId"}
OPTIONAL = {"awsRequestId", "violated-policies"}


def assert_problem(answer, status, kind=None, instance=True):
    """The answer is this problem, whole; `instance` is left out where the request's path cannot be told."""
    assert answer.status == status, answer
    assert answer.fields["content-type"] == "application/problem+json"
    assert answer.fields["cache-control"] == "no-store"
    assert answer.fields["x-content-type-options"] == "nosniff"
    problem = answer.json
    members = MEMBERS if instance else MEMBERS - {"instance"}
    assert set(problem) - OPTIONAL == members
    assert problem["status"] == status
    assert problem["code"] == problem["type"].replace("#", "/").split("/")[-1]
    assert problem["requestId"] == answer.fields["x-request-id"]
    assert all(problem[member] for member in members)
    if kind is not None:
        assert problem["type"] == f"/problems/{kind}"
    return problem
