"""deploy/OPERATIONS.md and the program say the same of the log."""

import re

from gateway import REPOSITORY


def documented_members():
    section = (REPOSITORY / "deploy/OPERATIONS.md").read_text().split("\n## Log\n")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| (`[\w.]+`(?:, `[\w.]+`)*) \|", section)
    return {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}


def test_the_operations_page_lists_every_member_of_the_access_log(serve):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 3, "limits.client.shadow": "true"})
    for target in ["/jobs/fine-1", "/jobs/notjson-1", "/nowhere", "/jobs/denied-1", "/", "/jobs?name=fine-1,fine-2",
                   "/jobs/fine-1/events"]:
        gateway.get(target, "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    gateway.signal()
    assert gateway.end() == 0
    assert len(gateway.accesses) == 7
    seen = {member for line in gateway.accesses for member in line} - {"time", "level", "logger", "message"}
    assert seen == documented_members()
