"""The manifests for Kubernetes and the policies of IAM: against Kubernetes' schemas, the program, and each other."""

import json
import os
import re
import shutil
import subprocess

import pytest

from gateway import REPOSITORY, run, upstream_at
from manifests import (FOLDER, NAME, OPERATORS, OVERLAYS, VERSIONS, base, container, environment, files, mistakes,
                       patches, pod, read, rendered, variables)
from timeouts import eventually
from wire import Wire

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="skipped: no kubectl on this machine")
TOOLS = REPOSITORY / ".tools/checkov/bin"
needs_tools = pytest.mark.skipif(not TOOLS.is_dir(), reason="skipped: Tests/run --all installs what this needs")
AWS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"}
# What an AWS account may ask in a region, and what a gateway alone asks: README.md, deploy/README.md.
QUOTA, DEFAULT_RATE = 20, 15


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", files(), ids=str)
def test_each_file_keeps_to_kubernetes_schema(path, version):
    resource = read(path)
    if resource["kind"] not in OPERATORS:
        assert mistakes(resource, version, is_patch=path in patches()) == []


def test_a_mistake_in_a_manifest_is_found():
    """Fields that Kubernetes would refuse or pass over, in a resource and in a patch."""
    resource = base("Deployment")
    resource["spec"]["template"]["spec"]["terminationGracePeriod"] = 30
    assert any("terminationGracePeriod" in mistake for mistake in mistakes(resource, VERSIONS[0]))
    patch = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME}, "spec": {"replicas": "2"}}
    assert any("replicas" in mistake for mistake in mistakes(patch, VERSIONS[0], is_patch=True))
    assert not any("required" in mistake for mistake in mistakes(patch, VERSIONS[0], is_patch=True))


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_renders_to_resources_that_kubernetes_takes(overlay):
    resources = rendered(FOLDER / "overlays" / overlay)
    found = {key: broken for key, resource in resources.items() for version in VERSIONS
             if (broken := mistakes(resource, version))}
    assert found == {}
    assert {resource["metadata"]["namespace"] for resource in resources.values()} == {NAME}
    [config] = [resource for (kind, _), resource in resources.items() if kind == "ConfigMap"]
    assert config["data"] == variables(overlay)
    deployment = resources["Deployment", NAME]["spec"]["template"]["spec"]
    assert deployment["containers"][0]["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]
    assert ("ServiceAccount", deployment["serviceAccountName"]) in resources


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_rendering_keeps_the_rules_of_the_network(overlay):
    """Kustomize adds labels to the selectors of other pods too, if it is let."""
    assert rendered(FOLDER / "overlays" / overlay)["NetworkPolicy", NAME]["spec"] == base("NetworkPolicy")["spec"]


@needs_kubectl
def test_monitoring_is_added_to_an_overlay_by_one_line(tmp_path):
    folders = {key: os.path.relpath(FOLDER / path, tmp_path) for key, path in
               {"resources": "overlays/irsa", "components": "monitoring"}.items()}
    (tmp_path / "kustomization.yaml").write_text("\n".join(f"{key}: [{path}]" for key, path in folders.items()))
    assert ("PodMonitor", NAME) in rendered(tmp_path)


def test_what_refers_to_the_pods_finds_them():
    labels = base("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        base("Deployment")["spec"]["selector"]["matchLabels"],
        base("Service")["spec"]["selector"],
        base("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        base("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        read("overlays/pod-identity/network-policy.yaml")["spec"]["podSelector"]["matchLabels"],
        read("monitoring/pod-monitor.yaml")["spec"]["selector"]["matchLabels"],
        *[each["labelSelector"]["matchLabels"] for each in pod()["topologySpreadConstraints"]],
    ]
    assert [selector for selector in selectors if selector != labels] == []
    target = base("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": base("Deployment")["metadata"]["name"]}
    assert pod()["serviceAccountName"] == base("ServiceAccount")["metadata"]["name"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_variable_of_a_pod_is_known_to_the_program(overlay):
    given = environment(overlay)
    result = run("check", environment=AWS | given)
    assert (result.returncode, result.stderr) == (0, "")
    assert "(ignored)" not in result.stdout, result.stdout
    unused = {name for name in given if not re.search(rf"\({name}[);]", result.stdout)}
    documented = (REPOSITORY / "deploy/CONFIGURATION.md").read_text()
    assert {name for name in unused if f"`{name}`" not in documented} == {"POD_NAMESPACE"}


def test_the_ports_are_those_that_the_program_listens_on():
    settings = effective()
    ports = {port["name"]: str(port["containerPort"]) for port in container()["ports"]}
    assert ports == {"http": settings["listen.port"], "admin": settings["admin.port"]}
    assert {settings["listen.host"], settings["admin.host"]} == {"0.0.0.0"}
    [published] = base("Service")["spec"]["ports"]
    assert published["targetPort"] == "http"
    guarded = [port["port"] for rule in base("NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]]
    assert guarded == ["http", "admin"]
    assert [each["port"] for each in read("monitoring/pod-monitor.yaml")["spec"]["podMetricsEndpoints"]] == ["admin"]


def test_a_pod_answers_its_probes_and_the_names_of_its_service(start, upstream):
    given = {name: value for name, value in environment("irsa").items() if name != "POD_NAMESPACE"}
    gateway = start("serve", {}, upstream_at(upstream.port) | given)
    ports = {"http": gateway.port, "admin": gateway.admin_port}
    eventually(lambda: gateway.ask_admin("/readyz").status == 200)
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container()[kind]["httpGet"]
        # The kubelet names the pod's address.
        assert get(ports[asked["port"]], asked["path"], "10.1.2.3:8080") == 200, kind
    [metrics] = read("monitoring/pod-monitor.yaml")["spec"]["podMetricsEndpoints"]
    assert get(ports[metrics["port"]], metrics["path"], "10.1.2.3:8081") == 200
    service = base("Service")["metadata"]["name"]
    for host in (service, f"{service}.jobs", f"{service}.jobs.svc", f"{service}.jobs.svc.cluster.local"):
        assert get(gateway.port, "/jobs/fine-1", host) == 200, host
    assert get(gateway.port, "/jobs/fine-1", "another.example") == 421


def test_requests_under_way_are_answered_before_a_pod_is_killed():
    settings = effective()
    delay, timeout = (seconds(settings[f"drain.{key}"]) for key in ("delay", "timeout"))
    assert delay == 5
    # At the time-out the rest is answered with 503, and the log is written.
    assert pod()["terminationGracePeriodSeconds"] >= delay + timeout + 3


def test_all_replicas_together_stay_under_awss_quota():
    settings = effective()
    rate, most = per_second(settings["limits.upstream.rate"]), base("HorizontalPodAutoscaler")["spec"]["maxReplicas"]
    surge = base("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    assert rate * most <= DEFAULT_RATE and rate * (most + surge) <= QUOTA
    assert int(settings["limits.upstream.burst"]) == rate


def test_a_pod_may_do_nothing_but_serve():
    """Kubernetes' Pod Security Standard "restricted", and the user of the image."""
    user = re.search(r"^USER (\d+):(\d+)$", (REPOSITORY / "deploy/Dockerfile").read_text(), re.MULTILINE)
    security = pod()["securityContext"]
    assert [str(security[key]) for key in ("runAsUser", "runAsGroup")] == list(user.groups())
    assert security["runAsNonRoot"] is True and security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert pod()["automountServiceAccountToken"] is False


def test_no_file_holds_a_secret():
    for path in [*FOLDER.rglob("*.*"), *(REPOSITORY / "deploy/iam").iterdir()]:
        signs = r"kind: Secret$|secretGenerator|stringData|AKIA|aws_secret_access_key *= *[^.\s]"
        assert not re.search(signs, path.read_text(), re.MULTILINE), path


def test_the_policies_permit_what_the_documents_say():
    once, listed = (actions(policy("look-up")), actions(policy("look-up-and-list")))
    assert once == permissions("README.md") and listed == permissions("deploy/README.md")
    assert listed - once == {"transcribe:ListMedicalTranscriptionJobs"}


def test_the_roles_trust_the_service_account_of_the_overlays():
    account = f"system:serviceaccount:{read('overlays/irsa/kustomization.yaml')['namespace']}:{pod()['serviceAccountName']}"
    [trusted] = policy("trust-irsa")["Statement"]
    provider = trusted["Principal"]["Federated"].partition("oidc-provider/")[2]
    assert trusted["Condition"] == {"StringEquals": {f"{provider}:sub": account, f"{provider}:aud": "sts.amazonaws.com"}}
    role = read("overlays/irsa/service-account.yaml")["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
    assert re.fullmatch(r"arn:aws:iam::\d{12}:role/[\w-]+", role)


def test_the_page_names_every_file():
    page = (REPOSITORY / "deploy/KUBERNETES.md").read_text()
    assert [name for name in OVERLAYS if f"`overlays/{name}`" not in page] == []
    assert [path.name for path in (REPOSITORY / "deploy/iam").iterdir() if f"`{path.name}`" not in page] == []


# Rules of checkov that are not kept, each with its reason.
WAIVED = {
    "CKV_K8S_11": "no limit of the processor: it would hold answers back while the node has time to spare",
    "CKV_K8S_15": "the image has a version or a digest, so that a node need not ask the registry at each start",
    "CKV_K8S_35": "the key of the log's hashes may be absent, which only a variable can be",
    "CKV_K8S_43": "the digest is that of the image which the operator builds",
}
WAIVED_IN_THE_DOCKERFILE = {"CKV_DOCKER_7": "the tag is in the argument that names the base image"}


@needs_kubectl
@needs_tools
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_checkov_finds_only_what_is_waived(overlay, tmp_path):
    file = tmp_path / "rendered.yaml"
    file.write_text(subprocess.run(["kubectl", "kustomize", FOLDER / "overlays" / overlay], capture_output=True,
                                   text=True, check=True).stdout)
    found = checkov("kubernetes", file)
    assert {check["check_id"] for check in found} == set(WAIVED), found


@needs_tools
def test_checkov_finds_only_what_is_waived_in_the_dockerfile():
    found = checkov("dockerfile", REPOSITORY / "deploy/Dockerfile")
    assert {check["check_id"] for check in found} == set(WAIVED_IN_THE_DOCKERFILE), found


@needs_tools
@pytest.mark.parametrize("name", ["look-up", "look-up-and-list"])
def test_parliament_finds_nothing_in_a_policy(name):
    program = "import parliament, sys; print(*parliament.analyze_policy_string(sys.argv[1]).findings)"
    result = subprocess.run([TOOLS / "python", "-W", "ignore", "-c", program, json.dumps(policy(name))],
                            capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "\n", "")


def checkov(framework, file):
    """The failed checks of a file."""
    options = ["--skip-download", "--output", "json", "--framework", framework, "--file", file]
    report = subprocess.run([TOOLS / "checkov", *options], capture_output=True, text=True, timeout=120).stdout
    results = json.loads(report)["results"]
    assert len(results["passed_checks"]) > 50 and results["skipped_checks"] == []
    return results["failed_checks"]


def get(port, target, host):
    with Wire(port) as wire:
        return wire.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()).answer().status


def effective():
    """The settings of a pod, by key."""
    report = run("check", environment=AWS | environment("irsa")).stdout
    return {key.strip(): rest.split()[0] for key, _, rest in (row.partition(" = ") for row in report.splitlines())}


def seconds(duration):
    return int(re.fullmatch(r"(\d+)s", duration)[1])


def per_second(rate):
    number, unit = re.fullmatch(r"(\d+)/([sm])", rate).groups()
    return int(number) / {"s": 1, "m": 60}[unit]


def policy(name):
    return json.loads((REPOSITORY / f"deploy/iam/{name}.json").read_text())


def actions(policy):
    return {statement["Action"] for statement in policy["Statement"]}


def permissions(page):
    return set(re.findall(r"transcribe:\w+Jobs?", (REPOSITORY / page).read_text()))
